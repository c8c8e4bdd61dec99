"""The events of streams say which stream, and never its token."""

from __future__ import annotations

import pytest

from otpguard.core.events.base import Event, field_names
from otpguard.core.events.siem.stream import (
    StreamCreated,
    StreamFailed,
    StreamPaused,
    StreamRecovered,
    StreamRefused,
    StreamRemoved,
    StreamReplayed,
    StreamResumed,
    StreamTested,
)

KINDS = (
    *(StreamCreated, StreamPaused, StreamResumed, StreamRemoved, StreamTested),
    *(StreamReplayed, StreamRefused, StreamFailed, StreamRecovered),
)


@pytest.mark.parametrize("kind", KINDS)
def test_each_says_which_stream_by_its_host_alone(kind: type[Event]) -> None:
    assert {"siem", "name", "sink", "host"} <= set(field_names(kind))
    assert not {"secret", "url"} & set(field_names(kind))
    assert kind.code.startswith("siem.")

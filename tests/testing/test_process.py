"""What a process remembers is forgotten between tests."""

from __future__ import annotations

import pytest

from otpguard import testing
from tests.host import Host

pytestmark = pytest.mark.django_db


def test_repeats_are_written_again_once_they_are_forgotten(host: Host) -> None:
    with testing.captured_events() as events:
        host.client.get("/billing/")
        host.client.get("/billing/")
        testing.forget_recent()
        host.client.get("/billing/")
    assert [event["kind"] for event in events] == ["checkpoint.required"] * 2

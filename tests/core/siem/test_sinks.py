"""The kinds of receivers."""

from __future__ import annotations

from otpguard.core.siem.sinks import Sink


def test_every_kind_has_a_name() -> None:
    assert len({sink.text for sink in Sink}) == len(Sink)
    assert [sink.value for sink in Sink if sink.is_syslog] == ["syslog", "cef"]

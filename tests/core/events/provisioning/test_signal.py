"""Events about signals name the stream and what ended, never whom the provider named."""

from __future__ import annotations

from otpguard.core.events.provisioning.signal import SignalReceived


def test_a_signal_is_told_by_its_name_and_what_ended() -> None:
    said = SignalReceived(stream="7", signal="session-revoked", touched_until="", count=2)
    assert said.data() == {
        "stream": "7",
        "signal": "session-revoked",
        "touched_until": "",
        "said_reason": "",
        "count": 2,
        "sessions": 0,
    }

"""What the log says about money."""

from __future__ import annotations

from otpguard.core.events.spend import ChannelClosed, SpendWarned


def test_no_event_about_money_has_a_place_for_a_person_or_a_number() -> None:
    warned = SpendWarned(scope="prefix", key="+92300", percent=70)
    closed = ChannelClosed(scope="prefix", key="+92300", lost_micros=5, until="2026")
    assert set(warned.data()) == {"scope", "key", "percent"}
    assert set(closed.data()) == {"scope", "key", "lost_micros", "until"}

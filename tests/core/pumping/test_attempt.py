"""An attempt: what the layers of the pumping defense see of a send."""

from __future__ import annotations

from datetime import UTC, datetime

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, FormFacts, NetworkFacts, NetworkKind, SpendLane


def test_an_attempt_never_shows_its_number() -> None:
    attempt = Attempt(
        now=datetime(2026, 1, 1, tzinfo=UTC),
        source="signup",
        number=parse_phone("+1 415 555 2671", region="US"),
        phone_index="i",
        lane=SpendLane.STRANGER,
    )
    assert "4155552671" not in repr(attempt)


def test_without_data_nothing_is_said_about_network_or_form() -> None:
    assert NetworkFacts().kind is NetworkKind.OFF
    assert not FormFacts().checked

"""Screening a send: every layer is asked, and the most severe answer is acted upon."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.core.pumping.verdict import Action, Layer, Signal, Verdict
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.pumping.screen import demand, screen

pytestmark = pytest.mark.django_db

ATTEMPT = Attempt(
    now=datetime(2026, 1, 1, tzinfo=UTC),
    source="signup",
    number=parse_phone("+1 415 555 2671", region="US"),
    phone_index="i",
    lane=SpendLane.STRANGER,
)


def test_a_send_that_nothing_speaks_against_passes() -> None:
    verdict = screen(ATTEMPT)
    assert verdict.action is Action.SEND
    demand(verdict)


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (Action.PROOF_OF_WORK, StartReason.PROOF_OF_WORK),
        (Action.ANOTHER_WAY, StartReason.ANOTHER_WAY),
        (Action.REFUSE, StartReason.ANOTHER_WAY),
    ],
)
def test_the_person_is_told_what_to_do_and_not_which_layer_decided(
    action: Action, reason: StartReason
) -> None:
    signal = Signal(layer=Layer.MONEY, action=action, reason="country")
    verdict = Verdict(action=action, decided_by=signal, signals=(signal,))
    with pytest.raises(StartRefused) as refused:
        demand(verdict)
    assert refused.value.reason is reason
    assert "money" not in str(refused.value)

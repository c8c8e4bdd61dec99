"""The layer reads the form of an attempt, and stands among the layers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, FormFacts, SpendLane
from otpguard.core.pumping.verdict import Action, Layer
from otpguard.flows.pumping.screen import LAYERS, screen
from otpguard.flows.pumping.visitor_form.bot import look_at_form

ATTEMPT = Attempt(
    now=datetime(2026, 1, 1, tzinfo=UTC),
    source="signup",
    number=parse_phone("+1 415 555 2671", region="US"),
    phone_index="i",
    lane=SpendLane.STRANGER,
)
TRAPPED = FormFacts(checked=True, token_valid=True, filled_ms=9_000, honeypot_filled=True)


def test_it_stands_among_the_layers() -> None:
    assert look_at_form in LAYERS


@pytest.mark.django_db
def test_a_filled_honeypot_leads_to_another_way() -> None:
    verdict = screen(replace(ATTEMPT, form=TRAPPED))
    assert verdict.action is Action.ANOTHER_WAY
    assert verdict.decided_by is not None
    assert verdict.decided_by.layer is Layer.BOT


def test_an_attempt_without_a_form_of_ours_is_not_its_business() -> None:
    assert look_at_form(ATTEMPT) is None

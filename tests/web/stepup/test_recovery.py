"""The e-mailed code is offered to who has shown a saved one, at the e-mail address of old only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from otpguard.flows.checkpoint.step_up_options import StepUpOptions, step_up_options
from otpguard.models import Factor
from otpguard.web.stepup.recovery import email_choice, without_recovery
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    stop = stopped("factor_change")
    stop.ask = replace(stop.ask, binds=True)
    stop.member.user.email = "alice@example.com"
    stop.member.user.save()
    return stop


def shown(who: Stopped) -> StepUpOptions:
    """Where the person stands after a saved code."""
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), saved[0])
    return step_up_options(replace(who.facts, now=timezone.now()), who.ask)


def test_nothing_is_offered_before_a_saved_code_was_shown(who: Stopped) -> None:
    factories.recovery_codes(who.member.user)
    assert email_choice(step_up_options(who.facts, who.ask)) is None


def test_the_email_is_offered_masked(who: Stopped) -> None:
    choice = email_choice(shown(who))
    assert choice is not None
    assert choice.destination.endswith("@example.com")
    assert "alice" not in choice.destination


def test_the_way_that_was_shown_is_not_a_second_one(who: Stopped) -> None:
    phone = str(who.factor.pk)
    options = shown(who)
    assert set(options.factors) == {phone, str(who.factor.pk)}
    assert without_recovery(options) == (phone,)


def test_an_email_that_was_set_since_is_not_offered(who: Stopped) -> None:
    options = shown(who)
    who.member.user.email = "thief@example.com"
    who.member.user.save()
    assert email_choice(options) is None

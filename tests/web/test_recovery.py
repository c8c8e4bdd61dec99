"""The mailed code is offered to who has shown a saved one, at the address of old only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from otpguard.flows.standing import Standing, standing_of
from otpguard.models import Factor
from otpguard.web.recovery import mail_choice, without_recovery
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


def shown(who: Stopped) -> Standing:
    """Where the person stands after a saved code."""
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), saved[0])
    return standing_of(replace(who.facts, now=timezone.now()), who.ask)


def test_nothing_is_offered_before_a_saved_code_was_shown(who: Stopped) -> None:
    factories.recovery_codes(who.member.user)
    assert mail_choice(standing_of(who.facts, who.ask)) is None


def test_the_address_is_offered_masked(who: Stopped) -> None:
    choice = mail_choice(shown(who))
    assert choice is not None
    assert choice.destination.endswith("@example.com")
    assert "alice" not in choice.destination


def test_the_way_that_was_shown_is_not_a_second_one(who: Stopped) -> None:
    phone = str(who.factor.pk)
    standing = shown(who)
    assert set(standing.factors) == {phone, str(who.factor.pk)}
    assert without_recovery(standing.factors) == (phone,)


def test_an_address_that_was_set_since_is_not_offered(who: Stopped) -> None:
    standing = shown(who)
    who.member.user.email = "thief@example.com"
    who.member.user.save()
    assert mail_choice(standing) is None

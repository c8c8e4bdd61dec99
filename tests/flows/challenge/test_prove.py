"""What a right answer brings: the grant, the factor's confirmation, and what must be told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.core.decision import Reason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Verified
from otpguard.flows.challenge.start import start_challenge
from otpguard.flows.checkpoint.step_up_options import lacks_companion, step_up_options
from otpguard.models import Event, Factor, Grant
from tests import factories
from tests.flows.remote import with_bird
from tests.flows.setting import Stopped, sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    """Somebody about to change a factor, in one bound action, with saved codes at hand."""
    stop = stopped("factor_change")
    stop.ask = replace(stop.ask, binds=True, story=str(uuid4()))
    return stop


def test_a_factor_that_must_wait_is_bound_and_proves_nothing_yet(who: Stopped) -> None:
    factories.age(who.factor, confirmed=False)
    challenge_of = Factor.objects.filter(pk=who.factor.pk)
    challenge_of.update(confirmed=True)
    challenge = who.start()
    challenge_of.update(confirmed=False, usable_from=timezone.now() + timedelta(hours=24))
    result = who.answer(challenge, sent_code(challenge))
    assert isinstance(result, Verified)
    assert result.grant is None
    assert Factor.objects.get().confirmed
    assert not Grant.objects.exists()


def test_a_saved_code_alone_changes_no_factor(who: Stopped) -> None:
    """NIST SP 800-63B-4, 4.2.2.2: two codes by different methods, or a code and a factor."""
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    assert isinstance(who.answer(who.start(), saved[0]), Verified)
    options = step_up_options(replace(who.facts, now=timezone.now()), who.ask)
    assert options.reason is Reason.RECOVERY_INCOMPLETE
    assert not options.proven
    assert lacks_companion(replace(who.facts, now=timezone.now()), who.ask)


def test_a_second_saved_code_is_no_second_method(who: Stopped) -> None:
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), saved[0])
    who.answer(who.start(now=timezone.now()), saved[1])
    assert lacks_companion(replace(who.facts, now=timezone.now()), who.ask)


def test_a_saved_and_an_emailed_code_together_recover(who: Stopped) -> None:
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), saved[0])
    facts = replace(who.facts, now=timezone.now())
    emailed = start_challenge(facts=facts, ask=who.ask, factor_id=str(who.factor.pk), by_email=True)
    assert [route["channel"] for route in emailed.plan] == ["email"]
    assert isinstance(who.answer(emailed, sent_code(emailed)), Verified)
    assert step_up_options(replace(who.facts, now=timezone.now()), who.ask).proven


def test_the_emailed_code_beside_a_saved_one_is_never_a_vendors(
    who: Stopped, settings: Any
) -> None:
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), saved[0])
    settings.OTPGUARD = with_bird("https://bird.example", "email")
    facts = replace(who.facts, now=timezone.now())
    with pytest.raises(StartRefused, match="no_route"):
        start_challenge(facts=facts, ask=who.ask, factor_id=str(who.factor.pk), by_email=True)


def test_the_emailed_code_goes_to_no_email_that_was_set_since(who: Stopped) -> None:
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.answer(who.start(), saved[0])
    who.member.user.email = "thief@example.com"
    who.member.user.save()
    facts = replace(who.facts, now=timezone.now(), email="thief@example.com")
    with pytest.raises(Exception, match="no_route"):
        start_challenge(facts=facts, ask=who.ask, factor_id=str(who.factor.pk), by_email=True)


def test_a_phone_alone_is_enough_where_it_is_the_best_there_is(who: Stopped) -> None:
    challenge = who.start()
    who.answer(challenge, sent_code(challenge))
    assert step_up_options(replace(who.facts, now=timezone.now()), who.ask).proven


def test_elsewhere_a_saved_code_is_a_factor_like_another(who: Stopped) -> None:
    saved = factories.recovery_codes(who.member.user)
    who.factor = Factor.objects.get(kind="recovery")
    who.ask = replace(who.ask, checkpoint="billing_change", binds=False)
    assert isinstance(who.answer(who.start(), saved[0]), Verified)
    assert step_up_options(replace(who.facts, now=timezone.now()), who.ask).proven


def test_enrolling_says_so_once(who: Stopped) -> None:
    challenge = who.start()
    who.answer(challenge, sent_code(challenge))
    assert not Event.objects.filter(kind="factor.enrolled").exists()
    body = json.loads(Event.objects.get(kind="challenge.verified").body)
    assert body["story"] == who.ask.story


def test_every_event_of_a_challenge_says_what_is_confirmed_by_it(who: Stopped) -> None:
    challenge = who.start()
    who.answer(challenge, "000000")
    who.answer(challenge, sent_code(challenge))
    kinds = ("challenge.started", "challenge.sent", "challenge.rejected", "challenge.verified")
    for kind in kinds:
        body = json.loads(Event.objects.get(kind=kind).body)
        assert body["intent"] == who.ask.intent, kind

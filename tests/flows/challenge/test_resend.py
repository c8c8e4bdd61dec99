"""A code can be asked for again, over the same channel or the next, and nothing is reset by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.fallback import MAX_SENDS
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.resend import resend_code, seconds_until_resend
from otpguard.models import Challenge
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import providers
from tests.flows.setting import Stopped, sent_code, stopped, wrong

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who(settings: Any) -> Stopped:
    settings.OTPGUARD = providers(sms="delivered", whatsapp="delivered")
    return stopped()


@pytest.fixture
def challenge(who: Stopped) -> Challenge:
    made = who.start()
    send_queued()
    return made


def again(who: Stopped, challenge: Challenge, *, another_way: bool, after: int = 31) -> Challenge:
    facts = replace(who.facts, now=timezone.now() + timedelta(seconds=after))
    return resend_code(facts=facts, challenge_id=challenge.pk, another_way=another_way)


def test_the_same_digits_go_out_again(who: Stopped, challenge: Challenge) -> None:
    again(who, challenge, another_way=False)
    send_queued()
    assert [m.channel for m in SENT] == ["sms", "sms"]
    assert SENT[0].code == SENT[1].code


def test_it_is_too_early_in_the_first_half_minute(who: Stopped, challenge: Challenge) -> None:
    with pytest.raises(StartRefused, match="too_early") as refused:
        again(who, challenge, another_way=False, after=5)
    assert 20 <= refused.value.retry_after <= 30
    assert seconds_until_resend(challenge, now=who.facts.now) == 30


def test_another_way_is_taken_at_once(who: Stopped, challenge: Challenge) -> None:
    again(who, challenge, another_way=True, after=1)
    send_queued()
    assert [m.channel for m in SENT] == ["sms", "whatsapp"]


def test_after_the_last_way_the_first_comes_again(who: Stopped, challenge: Challenge) -> None:
    again(who, challenge, another_way=True)
    again(who, challenge, another_way=True)
    send_queued()
    assert sorted(m.channel for m in SENT) == ["sms", "sms", "whatsapp"]


def test_counted_tries_stay_counted(who: Stopped, challenge: Challenge) -> None:
    who.answer(challenge, wrong(sent_code(challenge)))
    after = again(who, challenge, another_way=False)
    assert after.attempts == 1


def test_a_challenge_costs_so_many_sends_and_no_more(who: Stopped, challenge: Challenge) -> None:
    for _ in range(MAX_SENDS - 1):
        again(who, challenge, another_way=True)
    with pytest.raises(StartRefused, match="no_sends_left"):
        again(who, challenge, another_way=True)


@pytest.mark.parametrize("foreign", ["sid", "user", "tenant"])
def test_somebody_elses_challenge_is_not_sent_again(
    who: Stopped, challenge: Challenge, foreign: str
) -> None:
    other = {
        "sid": "another",
        "user": str(factories.user().pk),
        "tenant": str(factories.tenant().pk),
    }[foreign]
    facts = replace(who.facts, **{foreign: other})
    with pytest.raises(StartRefused, match="closed"):
        resend_code(facts=facts, challenge_id=challenge.pk, another_way=True)


def test_a_closed_challenge_is_not_sent_again(who: Stopped, challenge: Challenge) -> None:
    factories.age(challenge, state="canceled")
    with pytest.raises(StartRefused, match="closed"):
        again(who, challenge, another_way=True)

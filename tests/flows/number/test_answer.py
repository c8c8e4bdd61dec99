"""Only the browser that started may answer; tries are counted first, and one right answer wins."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import InsideTransaction, StoreUnavailable
from otpguard.flows.challenge.answer import Rejected, answer_challenge
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.number.answer import CLAIM_LIFE, NumberProven
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Event, Grant, PhoneClaim, Tenant, Usage
from otpguard.testing.racing import race
from tests import factories
from tests.flows.number.visitor import NUMBER, visitor
from tests.flows.setting import sent_code, wrong
from tests.store_down import read_only_store, store_down

pytestmark = pytest.mark.django_db(transaction=True)

postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="ends the server")


def reason(answered: object) -> Any:
    assert isinstance(answered, Rejected), answered
    return answered.reason


def test_a_right_answer_gives_a_claim_and_never_a_grant() -> None:
    who = visitor()
    challenge = who.start()
    answered = who.answer(challenge, sent_code(challenge))
    assert isinstance(answered, NumberProven)
    claim = PhoneClaim.objects.get()
    assert (claim.browser, claim.checkpoint) == (who.facts.browser, "signup")
    assert claim.phone_index == challenge.phone_index
    assert claim.expires_at - claim.created_at == CLAIM_LIFE == timedelta(minutes=30)
    assert claim.used_at is None
    assert not Grant.objects.exists()


def test_a_proven_number_gives_its_caps_back() -> None:
    visitor().prove()
    left = set(Usage.objects.values_list("cap", flat=True)) - {"unreadable_ip_noted"}
    # The next proof behind the same client IP, or of the same prefix, gives one more place back.
    assert left == {"number_month", "ip/half", "ip_day/half", "prefix/half"}


def test_the_story_is_told_by_events_without_an_actor() -> None:
    who = visitor()
    who.prove()
    told = Event.objects.filter(story=who.ask.story).order_by("id")
    assert list(told.values_list("kind", flat=True)) == [
        "challenge.started",
        "challenge.sent",
        "challenge.verified",
        "phone_claim.issued",
    ]
    assert set(told.values_list("actor_ref", "subject_ref")) == {("", "")}


@pytest.mark.parametrize("browser", ["", "another"])
def test_another_browser_cannot_answer_even_with_the_code(browser: str) -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    assert reason(who.answer(challenge, code, browser=browser)) is AnswerReason.UNKNOWN
    challenge.refresh_from_db()
    assert (challenge.state, challenge.attempts) == ("open", 0)
    assert not PhoneClaim.objects.exists()


def test_another_tenant_cannot_answer() -> None:
    who = visitor(tenant=factories.tenant())
    challenge = who.start()
    elsewhere = str(factories.tenant().pk)
    for tenant in ("", elsewhere):
        answered = who.answer(challenge, sent_code(challenge), tenant=tenant)
        assert reason(answered) is AnswerReason.UNKNOWN


def test_no_login_can_answer_it_as_its_own() -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    for sid, user in (("", ""), ("", "1"), (who.facts.browser, "1")):
        facts = replace(who.facts, browser="", sid=sid, user=user)
        answered = answer_challenge(facts=facts, challenge_id=challenge.pk, given=code)
        assert reason(answered) is AnswerReason.UNKNOWN


def test_wrong_answers_use_up_the_tries_and_close_it() -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    left = [who.answer(challenge, wrong(code)).attempts_left for _ in range(4)]
    assert left == [4, 3, 2, 1]
    assert reason(who.answer(challenge, wrong(code))) is AnswerReason.EXHAUSTED
    assert reason(who.answer(challenge, code)) is AnswerReason.EXHAUSTED
    challenge.refresh_from_db()
    assert (challenge.state, challenge.attempts) == ("exhausted", 5)
    assert Usage.objects.filter(cap="number").count() == 1, "what was not proven stays charged"


def test_a_code_that_is_used_expired_or_canceled_says_so() -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    later = challenge.expires_at + timedelta(seconds=1)
    assert reason(who.answer(challenge, code, now=later)) is AnswerReason.EXPIRED
    assert isinstance(who.answer(challenge, code), NumberProven)
    assert reason(who.answer(challenge, code)) is AnswerReason.USED
    older = who.start("+12015550124")
    who.start("+12015550125")
    assert reason(who.answer(older, "000000")) is AnswerReason.CANCELED


def test_a_tenant_that_was_suspended_meanwhile_gets_no_claim() -> None:
    tenant = factories.tenant()
    who = visitor(tenant=tenant)
    challenge = who.start()
    code = sent_code(challenge)
    Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.SUSPENDED)
    assert reason(who.answer(challenge, code)) is AnswerReason.CANCELED
    assert not PhoneClaim.objects.exists()


def test_the_same_code_is_sent_again_for_its_browser_alone() -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    later = replace(who.facts, now=timezone.now() + timedelta(seconds=31))
    resend_code(facts=later, challenge_id=challenge.pk, another_way=False)
    assert sent_code(challenge) == code
    assert isinstance(who.answer(challenge, code), NumberProven)


def test_a_challenge_that_nobody_answers_expires_by_the_sweep() -> None:
    challenge = visitor().start()
    sent_code(challenge)
    sweep(now=challenge.expires_at + timedelta(seconds=1))
    challenge.refresh_from_db()
    assert challenge.state == "expired"


def test_a_guess_at_an_id_is_unknown_and_logged_once() -> None:
    who = visitor()
    unsaved = Challenge(id=uuid4())
    for _ in range(3):
        assert reason(who.answer(unsaved, "000000")) is AnswerReason.UNKNOWN
    event = Event.objects.get(kind="challenge.rejected")
    assert json.loads(event.body)["data"]["reason"] == "unknown"


def test_it_commits_by_itself_or_not_at_all() -> None:
    who = visitor()
    challenge = who.start()
    with transaction.atomic(), pytest.raises(InsideTransaction):
        who.answer(challenge, "000000")


@postgres_only
def test_of_right_answers_at_the_same_moment_one_gives_a_claim() -> None:
    who = visitor()
    challenge = who.start()
    Challenge.objects.filter(pk=challenge.pk).update(max_attempts=16)
    code = sent_code(challenge)
    answers = race(lambda: who.answer(challenge, code), threads=8)
    assert sum(isinstance(each, NumberProven) for each in answers) == 1
    late = {each.reason for each in answers if isinstance(each, Rejected)}
    assert late == {AnswerReason.USED}
    assert PhoneClaim.objects.count() == 1


@postgres_only
def test_however_many_guess_at_once_five_answers_are_compared() -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    answers = race(lambda: who.answer(challenge, wrong(code)), threads=12)
    compared = Event.objects.filter(kind="challenge.rejected", body__contains='"attempt":')
    tries = [
        json.loads(body)["data"]["attempt"] for body in compared.values_list("body", flat=True)
    ]
    assert sorted(each for each in tries if each) == [1, 2, 3, 4, 5]
    assert all(isinstance(each, Rejected) for each in answers)
    challenge.refresh_from_db()
    assert (challenge.state, challenge.attempts) == ("exhausted", 5)


@postgres_only
@pytest.mark.parametrize("away", [store_down, read_only_store])
def test_nothing_is_proven_without_a_store(away: Any) -> None:
    who = visitor()
    challenge = who.start()
    code = sent_code(challenge)
    with away(), pytest.raises(StoreUnavailable):
        who.answer(challenge, code)
    assert not PhoneClaim.objects.exists()
    assert isinstance(who.answer(challenge, code), NumberProven), NUMBER

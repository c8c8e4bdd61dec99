"""An answer is counted before it is compared, and a right one wins once."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.assurance import Primary
from otpguard.core.limits import CEILING, Lane
from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.models import Challenge, Delivery, Event, Factor, FactorLane, Grant
from otpguard.testing import story_of
from tests import factories
from tests.flows.setting import Stopped, sent_code, stopped, wrong

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.fixture
def challenge(who: Stopped) -> Challenge:
    return who.start()


@pytest.fixture
def code(challenge: Challenge) -> str:
    return sent_code(challenge)


def test_the_right_code_verifies_and_grants(who: Stopped, challenge: Challenge, code: str) -> None:
    result = who.answer(challenge, f" {code[:3]}-{code[3:]} ")
    assert isinstance(result, Verified)
    assert result.grant.facts["method"] in {"sms", "whatsapp", "voice", "email"}
    assert story_of(who.ask.story) == [
        "challenge.started",
        "challenge.sent",
        "challenge.verified",
        "grant.issued",
    ]


def test_a_wrong_code_is_counted_and_says_how_many_are_left(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    assert who.answer(challenge, wrong(code)) == Rejected(
        reason=AnswerReason.WRONG, attempts_left=4
    )
    challenge.refresh_from_db()
    assert challenge.attempts == 1
    assert not Grant.objects.exists()


def test_the_sixth_try_does_not_count_even_if_right(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    for _ in range(5):
        who.answer(challenge, wrong(code))
    challenge.refresh_from_db()
    assert (challenge.state, challenge.attempts) == ("exhausted", 5)
    FactorLane.objects.update(not_before=None)
    result = who.answer(challenge, code)
    assert isinstance(result, Rejected)
    assert result.reason == AnswerReason.EXHAUSTED
    assert not Grant.objects.exists()


def test_a_code_is_accepted_once(who: Stopped, challenge: Challenge, code: str) -> None:
    assert isinstance(who.answer(challenge, code), Verified)
    assert who.answer(challenge, code) == Rejected(reason=AnswerReason.USED)
    assert Grant.objects.count() == 1


def test_an_expired_code_is_refused(who: Stopped, challenge: Challenge, code: str) -> None:
    factories.age(challenge, expires_at=timezone.now())
    assert who.answer(challenge, code, now=timezone.now()) == Rejected(reason=AnswerReason.EXPIRED)


@pytest.mark.parametrize("foreign", ["sid", "user", "tenant"])
def test_a_code_in_another_session_user_or_tenant_is_refused_and_not_counted(
    who: Stopped, challenge: Challenge, code: str, foreign: str
) -> None:
    """A23. The reason is the same as for a challenge that does not exist."""
    other = {
        "sid": "another",
        "user": str(factories.user().pk),
        "tenant": str(factories.tenant().pk),
    }[foreign]
    assert who.answer(challenge, code, **{foreign: other}) == Rejected(reason=AnswerReason.UNKNOWN)
    challenge.refresh_from_db()
    assert challenge.attempts == 0
    assert Event.objects.filter(kind="challenge.rejected").count() == 1


def test_a_code_of_another_challenge_is_wrong_here(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    other = stopped("data_export")
    theirs = other.start()
    sent_code(theirs)
    result = other.answer(theirs, code)
    assert isinstance(result, Rejected)
    assert result.reason == AnswerReason.WRONG


def test_a_challenge_that_does_not_exist_is_unknown(who: Stopped) -> None:
    missing = Challenge(id=uuid4())
    assert who.answer(missing, "123456") == Rejected(reason=AnswerReason.UNKNOWN)


def test_waits_grow_over_challenges_and_a_new_one_resets_nothing(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    for _ in range(5):
        result = who.answer(challenge, wrong(code))
    assert isinstance(result, Rejected)
    assert result.retry_after == 30
    with pytest.raises(StartRefused, match="wait"):
        who.start()
    FactorLane.objects.update(not_before=None)
    second = who.start()
    again = who.answer(second, wrong(sent_code(second)))
    assert isinstance(again, Rejected)
    assert again.retry_after == 60, "the sixth failure of the factor, not the first"


def test_while_waiting_even_the_right_code_is_not_judged(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    FactorLane.objects.create(
        factor=who.factor, lane="open", failures=6, not_before=timezone.now() + timedelta(minutes=1)
    )
    result = who.answer(challenge, code)
    assert isinstance(result, Rejected)
    assert (result.reason, challenge.attempts) == ("wait", 0)
    assert 0 < result.retry_after <= 60


def test_an_attacker_in_the_open_lane_does_not_lock_the_owners_known_device(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    """A4: the ceiling of one lane is not the other's."""
    FactorLane.objects.create(factor=who.factor, lane="open", failures=CEILING[Lane.OPEN])
    locked = who.answer(challenge, code)
    assert locked == Rejected(reason=AnswerReason.LOCKED)
    assert isinstance(
        who.answer(challenge, code, device=factories.device(who.member.user)), Verified
    )


def test_the_owners_success_does_not_reset_the_attackers_count(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    FactorLane.objects.create(factor=who.factor, lane="open", failures=40)
    FactorLane.objects.create(factor=who.factor, lane="known", failures=4)
    who.answer(challenge, code, device=factories.device(who.member.user))
    counts = dict(FactorLane.objects.values_list("lane", "failures"))
    assert counts == {"open": 40, "known": 0}


def test_a_success_in_the_open_lane_does_not_reset_it_either(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    FactorLane.objects.create(factor=who.factor, lane="open", failures=40)
    assert isinstance(who.answer(challenge, code), Verified)
    assert FactorLane.objects.get().failures == 40


def test_a_factor_whose_known_devices_failed_to_the_ceiling_is_disabled(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    FactorLane.objects.create(factor=who.factor, lane="known", failures=CEILING[Lane.KNOWN] - 1)
    who.answer(challenge, wrong(code), device=factories.device(who.member.user))
    assert Factor.objects.get().disabled_at is not None
    assert Event.objects.filter(kind="factor.disabled").exists()
    assert who.answer(challenge, code) == Rejected(reason=AnswerReason.LOCKED)


def test_the_grant_is_worth_the_weakest_channel_the_code_travelled(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    Delivery.objects.create(
        challenge=challenge, step=1, channel="email", provider="memory", state="sent"
    )
    result = who.answer(challenge, code)
    assert isinstance(result, Verified)
    assert result.grant.facts["method"] in {"sms", "email"}


def test_under_nist_a_code_that_also_went_by_email_proves_nothing(
    settings: Any,
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ASSURANCE_PROFILE": "nist-800-63b-4"}
    who = stopped()
    challenge = who.start()
    code = sent_code(challenge)
    assert "email" not in [route["channel"] for route in challenge.plan], "C8: dropped beforehand"
    Delivery.objects.create(
        challenge=challenge, step=9, channel="email", provider="memory", state="sent"
    )
    result = who.answer(challenge, code)
    assert isinstance(result, Verified)
    assert result.grant.facts["method"] == "email"


def _at_once(count: int, work: Any) -> None:
    start = Barrier(count)

    def run() -> None:
        start.wait()
        try:
            work()
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_64_right_answers_at_once_exactly_one_wins(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    results: list[Any] = []
    _at_once(64, lambda: results.append(who.answer(challenge, code)))
    assert len(results) == 64
    assert sum(isinstance(result, Verified) for result in results) == 1
    assert Grant.objects.count() == 1
    assert Event.objects.filter(kind="challenge.verified").count() == 1


def test_of_64_wrong_answers_at_once_never_more_than_five_are_counted(
    who: Stopped, challenge: Challenge, code: str
) -> None:
    results: list[Any] = []
    _at_once(64, lambda: results.append(who.answer(challenge, wrong(code))))
    challenge.refresh_from_db()
    assert challenge.attempts <= 5
    judged = [r for r in results if r.reason == "wrong" or (r.retry_after and r.attempts_left)]
    assert len(judged) <= 5
    failures = sum(FactorLane.objects.values_list("failures", flat=True))
    assert failures == challenge.attempts <= 5
    assert challenge.state == ("exhausted" if challenge.attempts == 5 else "open")


def test_a_session_without_password_or_sso_reaches_aal1_only(who: Stopped) -> None:
    with pytest.raises(StartRefused, match="factor_not_acceptable"):
        who.start(primary=Primary.NONE)


def test_made_up_challenges_do_not_fill_the_log(who: Stopped) -> None:
    for _ in range(20):
        assert who.answer(Challenge(id=uuid4()), "123456") == Rejected(reason=AnswerReason.UNKNOWN)
    assert Event.objects.filter(kind="challenge.rejected").count() == 1

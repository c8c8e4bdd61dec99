"""However many guess at once, no more answers are compared than the lane has left (A28)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core.limits import CEILING, FREE_FAILURES, Lane
from otpguard.core.reasons import AnswerReason
from otpguard.flows.challenge.answer import Rejected, Verified, answer_challenge
from otpguard.flows.challenge.start import start_challenge
from otpguard.models import Challenge, Factor, FactorLane
from otpguard.testing.racing import race
from tests import factories
from tests.flows.setting import Stopped, stopped

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]

COMPARED = {AnswerReason.WRONG, AnswerReason.EXHAUSTED}


@pytest.fixture
def who() -> Stopped:
    """Somebody with an app: a code of it can be right in every session at the same time."""
    found = stopped()
    found.factor = factories.totp_factor(found.member.user)
    return found


def sessions_of(who: Stopped, count: int) -> list[tuple[Any, Challenge]]:
    """So many stolen sessions of one person, each with a challenge of its own."""
    made = []
    for number in range(count):
        sid = factories.session(who.member.user).sid
        facts = replace(who.facts, sid=sid, client_ip=f"198.51.100.{number + 1}")
        ask = replace(who.ask, sid=sid)
        challenge = start_challenge(facts=facts, ask=ask, factor_id=str(who.factor.pk))
        made.append((facts, challenge))
    return made


def guess(who: Stopped, given: str, *, sessions: int, times: int = 1) -> list[Any]:
    """Answer in so many sessions at the same moment, so many times each."""
    queue = sessions_of(who, sessions)

    def act() -> list[Any]:
        facts, challenge = queue.pop()
        return [
            answer_challenge(
                facts=replace(facts, now=timezone.now()), challenge_id=challenge.pk, given=given
            )
            for _ in range(times)
        ]

    return [answer for answers in race(act, threads=sessions) for answer in answers]


def compared(answers: list[Any]) -> int:
    return sum(isinstance(each, Verified) or each.reason in COMPARED for each in answers)


def test_ten_sessions_with_five_guesses_each_compare_five(who: Stopped) -> None:
    answers = guess(who, "000000", sessions=10, times=5)
    assert compared(answers) == FREE_FAILURES
    assert FactorLane.objects.get().failures == FREE_FAILURES
    refused = {each.reason for each in answers} - COMPARED
    assert refused == {AnswerReason.WAIT}
    tries = sum(Challenge.objects.values_list("attempts", flat=True))
    assert tries == FREE_FAILURES, "a guess that was not compared costs no try"


@pytest.mark.parametrize("lane", Lane)
def test_a_lane_with_one_try_left_compares_one(who: Stopped, lane: Lane) -> None:
    if lane is Lane.KNOWN:
        who.facts = replace(who.facts, device=factories.device(who.member.user))
    queue = sessions_of(who, 8)
    FactorLane.objects.create(
        factor=who.factor,
        lane=lane.value,
        failures=CEILING[lane] - 1,
        last_failure_at=timezone.now() - timedelta(minutes=5),
    )

    def act() -> Any:
        facts, challenge = queue.pop()
        now = timezone.now()
        facts = replace(facts, now=now)
        return answer_challenge(facts=facts, challenge_id=challenge.pk, given="000000")

    answers = race(act, threads=8)
    assert compared(answers) == 1
    assert FactorLane.objects.get().failures == CEILING[lane]
    assert {each.reason for each in answers} - COMPARED == {AnswerReason.LOCKED}
    off = Factor.objects.get(pk=who.factor.pk).disabled_at is not None
    assert off is (lane is Lane.KNOWN)


def test_a_right_answer_among_wrong_ones_gives_its_failure_back(who: Stopped) -> None:
    FactorLane.objects.create(factor=who.factor, lane="open", failures=40)
    queue = sessions_of(who, 1)
    facts, challenge = queue.pop()
    given = factories.totp_code(who.factor)
    assert isinstance(
        answer_challenge(
            facts=replace(facts, now=timezone.now()), challenge_id=challenge.pk, given=given
        ),
        Verified,
    )
    assert FactorLane.objects.get().failures == 40


def test_an_answer_that_was_no_guess_gives_its_failure_back(who: Stopped) -> None:
    (first, one), (second, other) = sessions_of(who, 2)
    given = factories.totp_code(who.factor)
    now = timezone.now()
    answer_challenge(facts=replace(first, now=now), challenge_id=one.pk, given=given)
    used = answer_challenge(facts=replace(second, now=now), challenge_id=other.pk, given=given)
    assert isinstance(used, Rejected)
    assert used.reason is AnswerReason.USED
    assert not FactorLane.objects.exclude(failures=0).exists()


@pytest.mark.slow
def test_figures_of_64_parallel_guesses(who: Stopped, capsys: pytest.CaptureFixture[str]) -> None:
    answers = guess(who, "000000", sessions=64)
    over = compared(answers) - FREE_FAILURES
    with capsys.disabled():
        print(
            f"\n64 parallel guesses: {compared(answers)} compared,"
            f" {FREE_FAILURES} free, {max(0, over)} over the ceiling"
        )
    assert compared(answers) == FREE_FAILURES

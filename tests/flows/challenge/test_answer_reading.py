"""What an answer is verified with is read once, and only for the person who may answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.flows.challenge.answer_reading import AnswerReading, read_for_answer
from otpguard.models import Challenge, Delivery, Factor, FactorLane
from tests import factories
from tests.flows.challenge.both_ways import values
from tests.flows.setting import Stopped, stopped
from tests.models.rows import delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.fixture
def challenge(who: Stopped) -> Challenge:
    return who.start()


def read(who: Stopped, challenge: Challenge) -> AnswerReading:
    found = read_for_answer(who.facts, challenge.pk)
    assert found is not None
    return found


def test_the_rows_are_those_that_the_orm_reads(who: Stopped, challenge: Challenge) -> None:
    FactorLane.objects.create(factor=who.factor, lane="open", failures=3)
    found = read(who, challenge)
    assert values(found.challenge) == values(Challenge.objects.get())
    assert values(found.factor) == values(Factor.objects.get())
    assert found.row is not None
    assert values(found.row) == values(FactorLane.objects.get())
    assert [values(row) for row in found.sent] == [values(Delivery.objects.get())]
    assert found.challenge.factor is found.factor


def test_it_is_one_statement(
    who: Stopped, challenge: Challenge, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        found = read(who, challenge)
        assert found.challenge.factor.pk == found.factor.pk


OTHERS: dict[str, Callable[[RequestFacts], RequestFacts]] = {
    "session": lambda facts: replace(facts, sid="another"),
    "no session": lambda facts: replace(facts, sid=""),
    "user": lambda facts: replace(facts, user=str(factories.user().pk)),
    "no user": lambda facts: replace(facts, user=""),
    "tenant": lambda facts: replace(facts, tenant=str(factories.tenant().pk)),
    "no tenant": lambda facts: replace(facts, tenant=""),
}


@pytest.mark.parametrize("other", OTHERS)
def test_for_anyone_else_there_is_nothing(who: Stopped, challenge: Challenge, other: str) -> None:
    """A23."""
    facts = OTHERS[other](who.facts)
    assert read_for_answer(facts, challenge.pk) is None
    known = Challenge.objects.of(sid=facts.sid, user=facts.user, tenant=facts.tenant)
    assert not known.filter(pk=challenge.pk).exists()


def test_a_challenge_outside_any_tenant_is_read_there_alone(
    who: Stopped, challenge: Challenge
) -> None:
    Challenge.objects.update(tenant=None)
    assert read_for_answer(who.facts, challenge.pk) is None
    assert read_for_answer(replace(who.facts, tenant=""), challenge.pk) is not None


def test_without_a_challenge_or_its_factor_there_is_nothing(
    who: Stopped, challenge: Challenge
) -> None:
    assert read_for_answer(who.facts, uuid4()) is None
    Challenge.objects.update(factor=None)
    assert read_for_answer(who.facts, challenge.pk) is None


def test_the_messages_are_those_of_the_newest_code_by_their_steps(
    who: Stopped, challenge: Challenge
) -> None:
    Delivery.objects.update(generation=0)
    Challenge.objects.update(generation=1)
    for step in (3, 1, 2):
        delivery(challenge, step=step, generation=1)
    found = read(who, challenge)
    assert [row.step for row in found.sent] == [1, 2, 3]
    Challenge.objects.update(generation=2)
    assert read(who, challenge).sent == ()


def test_the_lane_is_that_of_the_device(who: Stopped, challenge: Challenge) -> None:
    for lane, failures in ((Lane.OPEN, 3), (Lane.KNOWN, 7)):
        FactorLane.objects.create(factor=who.factor, lane=lane.value, failures=failures)
    stranger = read(who, challenge)
    who.facts = replace(who.facts, device=factories.device(who.member.user))
    known = read(who, challenge)
    assert stranger.row is not None
    assert known.row is not None
    assert (stranger.lane, stranger.row.failures) == (Lane.OPEN, 3)
    assert (known.lane, known.row.failures) == (Lane.KNOWN, 7)


def test_a_lane_without_failures_has_no_row(who: Stopped, challenge: Challenge) -> None:
    FactorLane.objects.create(factor=who.factor, lane="known", failures=7)
    found = read(who, challenge)
    assert (found.lane, found.row) == (Lane.OPEN, None)


def test_what_is_over_is_read_too_so_that_the_reason_can_be_told(
    who: Stopped, challenge: Challenge
) -> None:
    Challenge.objects.update(state="verified", expires_at=who.facts.now - timedelta(days=1))
    assert read(who, challenge).challenge.state == "verified"

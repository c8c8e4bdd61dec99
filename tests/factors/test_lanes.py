"""Failures, counted by factor and lane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from otpguard.core.limits import CEILING, Lane
from otpguard.factors import lanes
from otpguard.factors.lanes import LaneState, Reservation
from otpguard.models import Factor, FactorLane
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def factor() -> Factor:
    return factories.phone_factor(factories.user())


def reserve(factor: Factor, lane: Lane, *, later: timedelta = timedelta()) -> Reservation:
    """Reserve a failure, in a lane that has no wait left."""
    FactorLane.objects.update(not_before=None)
    with transaction.atomic():
        found = lanes.reserve(factor.pk, lane, now=NOW + later)
    assert isinstance(found, Reservation)
    return found


def fail(factor: Factor, lane: Lane, times: int) -> LaneState:
    """So many wrong answers; the state after the last."""
    return [reserve(factor, lane).state for _ in range(times)][-1]


def succeed(reserved: Reservation) -> None:
    with transaction.atomic():
        lanes.succeed(reserved)


def give_back(reserved: Reservation) -> None:
    with transaction.atomic():
        lanes.give_back(reserved)


def state(factor: Factor, lane: Lane, *, later: timedelta = timedelta()) -> LaneState:
    return lanes.state_of(factor.pk, lane, now=NOW + later)


@pytest.mark.parametrize("lane", Lane)
def test_a_lane_without_failures_is_open(factor: Factor, lane: Lane) -> None:
    assert state(factor, lane) == LaneState()
    assert not FactorLane.objects.exists()


@pytest.mark.parametrize("lane", Lane)
def test_the_first_failures_cost_nothing_and_the_fifth_a_wait(factor: Factor, lane: Lane) -> None:
    assert fail(factor, lane, 4) == state(factor, lane) == LaneState(failures=4)
    assert fail(factor, lane, 1) == LaneState(failures=5, wait_seconds=30)
    assert state(factor, lane).wait_seconds == 30
    assert state(factor, lane, later=timedelta(seconds=29)).wait_seconds == 1
    assert state(factor, lane, later=timedelta(seconds=30)).wait_seconds == 0
    assert fail(factor, lane, 1).wait_seconds == 60


@pytest.mark.parametrize("lane", Lane)
def test_a_lane_closes_at_its_ceiling_and_stays_closed(factor: Factor, lane: Lane) -> None:
    assert not fail(factor, lane, CEILING[lane] - 1).closed
    assert fail(factor, lane, 1).closed
    assert state(factor, lane, later=timedelta(days=365)).closed


def test_failures_elsewhere_do_not_lock_the_owner_out(factor: Factor) -> None:
    fail(factor, Lane.OPEN, CEILING[Lane.OPEN])
    assert state(factor, Lane.OPEN).closed
    assert state(factor, Lane.KNOWN) == LaneState()
    assert state(factories.phone_factor(factor.user), Lane.OPEN) == LaneState()


def test_the_open_lane_forgets_one_failure_a_day_and_the_known_lane_none(factor: Factor) -> None:
    fail(factor, Lane.OPEN, 4)
    fail(factor, Lane.KNOWN, 4)
    two_days = timedelta(days=2)
    assert state(factor, Lane.OPEN, later=two_days).failures == 2
    assert state(factor, Lane.KNOWN, later=two_days).failures == 4
    assert reserve(factor, Lane.OPEN, later=two_days).state.failures == 3


def test_a_success_starts_the_known_lane_at_zero_and_leaves_the_open_one_its_count(
    factor: Factor,
) -> None:
    for lane in Lane:
        fail(factor, lane, 5)
        succeed(reserve(factor, lane))
    assert state(factor, Lane.KNOWN) == LaneState()
    assert state(factor, Lane.OPEN) == LaneState(failures=5)


def test_a_success_does_not_make_the_last_failure_a_newer_one(factor: Factor) -> None:
    fail(factor, Lane.OPEN, 4)
    succeed(reserve(factor, Lane.OPEN, later=timedelta(hours=23)))
    assert state(factor, Lane.OPEN, later=timedelta(hours=24)).failures == 3


def test_a_success_resets_its_own_lane_only(factor: Factor) -> None:
    fail(factor, Lane.KNOWN, 5)
    reserved = reserve(factor, Lane.OPEN)
    FactorLane.objects.filter(lane="known").update(not_before=NOW + timedelta(seconds=30))
    succeed(reserved)
    assert state(factor, Lane.KNOWN) == LaneState(failures=5, wait_seconds=30)


def test_a_failure_that_was_rolled_back_was_none(factor: Factor) -> None:
    with transaction.atomic():
        lanes.reserve(factor.pk, Lane.OPEN, now=NOW)
        transaction.set_rollback(True)
    assert state(factor, Lane.OPEN) == LaneState()


# --- reserved before it is compared (A28) --------------------------------------------------------


@pytest.mark.parametrize("lane", Lane)
def test_what_is_given_back_leaves_the_lane_as_it_was(factor: Factor, lane: Lane) -> None:
    fail(factor, lane, 5)
    FactorLane.objects.update(not_before=NOW - timedelta(seconds=1))
    before = FactorLane.objects.values_list("failures", "last_failure_at", "not_before").get()
    with transaction.atomic():
        reserved = lanes.reserve(factor.pk, lane, now=NOW + timedelta(hours=1))
    assert isinstance(reserved, Reservation)
    assert reserved.state == LaneState(failures=6, wait_seconds=60)
    give_back(reserved)
    after = FactorLane.objects.values_list("failures", "last_failure_at", "not_before").get()
    assert after == before


@pytest.mark.parametrize("lane", Lane)
def test_where_others_have_failed_meanwhile_their_failures_and_their_wait_stay(
    factor: Factor, lane: Lane
) -> None:
    fail(factor, lane, 3)
    mine = reserve(factor, lane)
    with transaction.atomic():
        theirs = lanes.reserve(factor.pk, lane, now=NOW + timedelta(seconds=1))
    assert isinstance(theirs, Reservation)
    assert theirs.state == LaneState(failures=5, wait_seconds=30)
    give_back(mine)
    assert state(factor, lane) == LaneState(failures=4, wait_seconds=31)


@pytest.mark.parametrize("lane", Lane)
def test_while_the_lane_waits_or_is_closed_nothing_is_reserved(factor: Factor, lane: Lane) -> None:
    fail(factor, lane, 5)
    with transaction.atomic():
        assert lanes.reserve(factor.pk, lane, now=NOW) == LaneState(failures=5, wait_seconds=30)
    fail(factor, lane, CEILING[lane] - 5)
    FactorLane.objects.update(not_before=None)
    with transaction.atomic():
        found = lanes.reserve(factor.pk, lane, now=NOW)
    assert found == LaneState(failures=CEILING[lane], closed=True)
    assert FactorLane.objects.get().failures == CEILING[lane]


@pytest.mark.parametrize("lane", Lane)
def test_the_last_answer_of_a_lane_may_still_be_right(factor: Factor, lane: Lane) -> None:
    fail(factor, lane, CEILING[lane] - 1)
    last = reserve(factor, lane)
    assert last.state.closed
    succeed(last)
    assert not state(factor, lane).closed


def test_a_factor_that_is_gone_has_nothing_to_give_back(factor: Factor) -> None:
    reserved = reserve(factor, Lane.OPEN)
    factor.delete()
    succeed(reserved)
    give_back(reserved)
    assert not FactorLane.objects.exists()


def test_a_lane_is_idle_once_nobody_has_tried_for_a_while(factor: Factor) -> None:
    fail(factor, Lane.KNOWN, 1)
    assert not lanes.is_idle(factor.pk, Lane.KNOWN, since=NOW - timedelta(seconds=1))
    assert lanes.is_idle(factor.pk, Lane.KNOWN, since=NOW)
    assert lanes.is_idle(factor.pk, Lane.OPEN, since=NOW - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer anyway")
@pytest.mark.parametrize("before", [0, 3, CEILING[Lane.OPEN] - 1])
def test_of_many_at_once_no_more_are_reserved_than_the_lane_has_left(
    factor: Factor, before: int
) -> None:
    if before:
        fail(factor, Lane.OPEN, before)
        FactorLane.objects.update(not_before=None)

    def act() -> object:
        with transaction.atomic():
            return lanes.reserve(factor.pk, Lane.OPEN, now=NOW)

    reserved = [found for found in race(act, threads=16) if isinstance(found, Reservation)]
    assert len(reserved) == max(1, 5 - before)
    assert FactorLane.objects.get().failures == before + len(reserved)


def test_what_is_another_secret_now_is_counted_from_zero_in_every_lane(factor: Factor) -> None:
    for lane in Lane:
        fail(factor, lane, CEILING[lane])
    lanes.forget(factor.pk)
    assert all(state(factor, lane) == LaneState() for lane in Lane)

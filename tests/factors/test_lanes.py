"""Failures, counted by factor and lane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from otpguard.core.limits import CEILING, Lane
from otpguard.factors import lanes
from otpguard.factors.lanes import LaneState
from otpguard.models import Factor, FactorLane
from tests import factories
from tests.racing import race

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def factor() -> Factor:
    return factories.phone_factor(factories.user())


def fail(factor: Factor, lane: Lane, times: int) -> LaneState:
    state = LaneState()
    for _ in range(times):
        with transaction.atomic():
            state = lanes.fail(factor.pk, lane, now=NOW)
    return state


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
    with transaction.atomic():
        assert lanes.fail(factor.pk, Lane.OPEN, now=NOW + two_days).failures == 3


def test_a_success_starts_the_known_lane_anew_and_leaves_the_open_one_its_count(
    factor: Factor,
) -> None:
    for lane in Lane:
        fail(factor, lane, 5)
        with transaction.atomic():
            lanes.succeed(factor.pk, lane)
    assert state(factor, Lane.KNOWN) == LaneState()
    assert state(factor, Lane.OPEN) == LaneState(failures=5)


def test_a_success_resets_its_own_lane_only(factor: Factor) -> None:
    fail(factor, Lane.KNOWN, 5)
    with transaction.atomic():
        lanes.succeed(factor.pk, Lane.OPEN)
    assert state(factor, Lane.KNOWN) == LaneState(failures=5, wait_seconds=30)


def test_a_failure_that_was_rolled_back_was_none(factor: Factor) -> None:
    with transaction.atomic():
        lanes.fail(factor.pk, Lane.OPEN, now=NOW)
        transaction.set_rollback(True)
    assert state(factor, Lane.OPEN) == LaneState()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer anyway")
def test_failures_at_once_are_all_counted(factor: Factor) -> None:
    counted = race(lambda: fail(factor, Lane.KNOWN, 1).failures, threads=8)
    assert sorted(counted) == list(range(1, 9))
    assert FactorLane.objects.get().failures == 8


def test_what_was_made_anew_is_counted_anew_in_every_lane(factor: Factor) -> None:
    for lane in Lane:
        fail(factor, lane, CEILING[lane])
    lanes.forget(factor.pk)
    assert all(state(factor, lane) == LaneState() for lane in Lane)

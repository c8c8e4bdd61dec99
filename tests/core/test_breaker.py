"""When a breaker opens, how long it rests, and how it closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.breaker import (
    FIRST_REST,
    LEAST_TRIES,
    LONGEST_REST,
    TRIAL,
    WINDOW,
    BreakerState,
    Health,
    Tried,
    after,
    closed,
    opened,
    rest_for,
    rests,
    succeeded,
)
from tests.core.strategies import NOW

FRESH = Health(window_at=NOW)
GOOD, BAD, SLOW, FATAL = Tried(), Tried(failed=True), Tried(slow=True), Tried(fatal=True)
tries = st.lists(
    st.builds(Tried, failed=st.booleans(), slow=st.booleans(), fatal=st.booleans()), max_size=60
)


def fed(*many: tuple[Tried, int]) -> Health:
    health = FRESH
    for tried, times in many:
        for _ in range(times):
            health = after(health, tried, NOW)
    return health


@pytest.mark.parametrize("trouble", [BAD, SLOW], ids=["failures", "slow answers"])
def test_half_of_twenty_tries_open_it_and_fewer_do_not(trouble: Tried) -> None:
    half = LEAST_TRIES // 2
    assert fed((GOOD, half), (trouble, half)).state is BreakerState.OPEN
    assert fed((GOOD, half + 1), (trouble, half - 1)).state is BreakerState.CLOSED
    assert fed((trouble, LEAST_TRIES - 1)).state is BreakerState.CLOSED, "too few to say"


def test_failures_of_an_earlier_minute_do_not_count() -> None:
    health = fed((BAD, LEAST_TRIES - 1))
    later = after(health, BAD, NOW + WINDOW)
    assert (later.state, later.tries, later.failures) == (BreakerState.CLOSED, 1, 1)


def test_what_no_second_try_would_mend_opens_it_at_once() -> None:
    health = fed((FATAL, 1))
    assert health.state is BreakerState.OPEN
    assert health.open_until == NOW + FIRST_REST


def test_the_rest_doubles_from_half_a_minute_to_ten() -> None:
    found = [rest_for(count).total_seconds() for count in (1, 2, 3, 4, 5, 6, 100, 32_000)]
    assert found == [30, 60, 120, 240, 480, 600, 600, 600]


def test_it_rests_until_its_time_and_a_trial_until_it_is_lost() -> None:
    health = opened(FRESH, NOW)
    assert rests(health, NOW)
    assert not rests(health, NOW + FIRST_REST)
    trial = replace(health, state=BreakerState.HALF_OPEN, open_until=NOW + TRIAL)
    assert rests(trial, NOW)
    assert not rests(trial, NOW + TRIAL)
    assert rests(replace(health, open_until=None), NOW), "without an end it never falls open"
    assert not rests(FRESH, NOW)


def test_a_trial_closes_it_or_makes_it_rest_longer() -> None:
    trial = replace(opened(FRESH, NOW), state=BreakerState.HALF_OPEN)
    assert after(trial, GOOD, NOW) == closed(trial, NOW) == FRESH
    again = after(trial, BAD, NOW)
    assert (again.state, again.openings) == (BreakerState.OPEN, 2)
    assert again.open_until == NOW + 2 * FIRST_REST
    assert after(trial, SLOW, NOW).state is BreakerState.OPEN


@given(tries=tries)
def test_an_open_breaker_is_never_closed_by_what_comes_late(tries: list[Tried]) -> None:
    health = opened(FRESH, NOW)
    for tried in tries:
        health = after(health, tried, NOW)
    assert health == opened(FRESH, NOW)


@given(tries=tries, gaps=st.integers(0, 5))
def test_a_rest_has_an_end_within_its_bounds(tries: list[Tried], gaps: int) -> None:
    health, now = FRESH, NOW
    for tried in tries:
        health = after(health, tried, now)
        if health.state is BreakerState.OPEN:
            assert health.open_until is not None
            assert FIRST_REST <= health.open_until - now <= LONGEST_REST
            health = replace(health, state=BreakerState.HALF_OPEN)
        now += timedelta(seconds=gaps)


@given(count=st.integers(0, 1000))
def test_good_tries_are_counted_together_as_they_are_one_by_one(count: int) -> None:
    assert succeeded(FRESH, count, NOW) == fed((GOOD, count))


def test_good_tries_that_come_late_touch_no_breaker_that_is_not_closed() -> None:
    resting = opened(FRESH, NOW)
    assert succeeded(resting, 5, NOW) == resting


def test_good_tries_begin_a_window_when_the_last_one_is_over() -> None:
    old = replace(FRESH, tries=7, failures=3)
    found = succeeded(old, 2, NOW + WINDOW)
    assert (found.window_at, found.tries, found.failures) == (NOW + WINDOW, 2, 0)

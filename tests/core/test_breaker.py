"""When a breaker pauses its route, for how long, and how the route resumes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.breaker import (
    FIRST_PAUSE,
    LEAST_TRIES,
    LONGEST_PAUSE,
    LONGEST_TRIAL,
    WINDOW,
    BreakerState,
    Health,
    Tried,
    after,
    is_paused,
    pause_for,
    paused,
    resumed,
    succeeded,
    tried_by,
)
from otpguard.core.outcome import Accepted, Failure, FailureScope, Outcome, Refused, Unavailable
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


@pytest.mark.parametrize("trouble", [BAD, SLOW], ids=["failures", "slow responses"])
def test_half_of_twenty_tries_pause_it_and_fewer_do_not(trouble: Tried) -> None:
    half = LEAST_TRIES // 2
    assert fed((GOOD, half), (trouble, half)).state is BreakerState.PAUSED
    assert fed((GOOD, half + 1), (trouble, half - 1)).state is BreakerState.IN_USE
    assert fed((trouble, LEAST_TRIES - 1)).state is BreakerState.IN_USE, "too few to say"


def test_failures_of_an_earlier_minute_do_not_count() -> None:
    health = fed((BAD, LEAST_TRIES - 1))
    later = after(health, BAD, NOW + WINDOW)
    assert (later.state, later.tries, later.failures) == (BreakerState.IN_USE, 1, 1)


def test_what_no_second_try_would_mend_pauses_it_at_once() -> None:
    health = fed((FATAL, 1))
    assert health.state is BreakerState.PAUSED
    assert health.paused_until == NOW + FIRST_PAUSE


def test_the_pause_doubles_from_half_a_minute_to_ten() -> None:
    found = [pause_for(count).total_seconds() for count in (1, 2, 3, 4, 5, 6, 100, 32_000)]
    assert found == [30, 60, 120, 240, 480, 600, 600, 600]


def test_it_is_paused_until_its_time_and_a_trial_until_it_is_lost() -> None:
    health = paused(FRESH, NOW)
    assert is_paused(health, NOW)
    assert not is_paused(health, NOW + FIRST_PAUSE)
    trial = replace(health, state=BreakerState.ON_TRIAL, paused_until=NOW + LONGEST_TRIAL)
    assert is_paused(trial, NOW)
    assert not is_paused(trial, NOW + LONGEST_TRIAL)
    assert is_paused(replace(health, paused_until=None), NOW), "without an end it is never used"
    assert not is_paused(FRESH, NOW)


def test_a_trial_resumes_it_or_pauses_it_longer() -> None:
    trial = replace(paused(FRESH, NOW), state=BreakerState.ON_TRIAL)
    assert after(trial, GOOD, NOW) == resumed(trial, NOW) == FRESH
    again = after(trial, BAD, NOW)
    assert (again.state, again.pauses) == (BreakerState.PAUSED, 2)
    assert again.paused_until == NOW + 2 * FIRST_PAUSE
    assert after(trial, SLOW, NOW).state is BreakerState.PAUSED


@given(tries=tries)
def test_a_paused_route_is_never_resumed_by_what_comes_late(tries: list[Tried]) -> None:
    health = paused(FRESH, NOW)
    for tried in tries:
        health = after(health, tried, NOW)
    assert health == paused(FRESH, NOW)


@given(tries=tries, gaps=st.integers(0, 5))
def test_a_pause_has_an_end_within_its_bounds(tries: list[Tried], gaps: int) -> None:
    health, now = FRESH, NOW
    for tried in tries:
        health = after(health, tried, now)
        if health.state is BreakerState.PAUSED:
            assert health.paused_until is not None
            assert FIRST_PAUSE <= health.paused_until - now <= LONGEST_PAUSE
            health = replace(health, state=BreakerState.ON_TRIAL)
        now += timedelta(seconds=gaps)


@given(count=st.integers(0, 1000))
def test_good_tries_are_counted_together_as_they_are_one_by_one(count: int) -> None:
    assert succeeded(FRESH, count, NOW) == fed((GOOD, count))


def test_good_tries_that_come_late_touch_no_route_that_is_not_in_use() -> None:
    now_paused = paused(FRESH, NOW)
    assert succeeded(now_paused, 5, NOW) == now_paused


def test_good_tries_begin_a_window_when_the_last_one_is_over() -> None:
    old = replace(FRESH, tries=7, failures=3)
    found = succeeded(old, 2, NOW + WINDOW)
    assert (found.window_at, found.tries, found.failures) == (NOW + WINDOW, 2, 0)


def trouble(scope: FailureScope, failure: Failure = Failure.AUTH_CONFIG) -> Unavailable:
    return Unavailable(reason="", failure=failure, scope=scope)


@pytest.mark.parametrize(
    ("outcome", "tried"),
    [
        (Accepted(), Tried()),
        (Refused(reason=""), Tried()),
        (Unavailable(reason=""), Tried(failed=True)),
        (trouble(FailureScope.ACCOUNT), Tried(failed=True, fatal=True)),
        (trouble(FailureScope.COUNTRY), Tried(failed=True, fatal=True, everywhere=False)),
        (trouble(FailureScope.SENDER), Tried(failed=True, everywhere=False)),
        (trouble(FailureScope.NUMBER), None),
    ],
)
def test_a_try_says_as_much_as_its_failure_concerns(outcome: Outcome, tried: Tried | None) -> None:
    assert tried_by(outcome, slow=False) == tried


@pytest.mark.parametrize("failure", [Failure.AUTH_CONFIG, Failure.BALANCE, Failure.RATE_LIMITED])
@pytest.mark.parametrize("scope", FailureScope)
def test_a_supposition_says_nothing_but_how_slow_it_was(
    failure: Failure, scope: FailureScope
) -> None:
    outcome = Unavailable(reason="", failure=failure, scope=scope, probable=True)
    assert tried_by(outcome, slow=False) is None
    assert tried_by(outcome, slow=True) == Tried(slow=True)

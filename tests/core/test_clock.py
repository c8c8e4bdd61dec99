"""One rule for every age: a time in the future is no young age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.clock import CLOCK_SKEW, age_is_within, is_ahead, is_in_window, is_running
from tests.core.strategies import NOW

HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)
SPANS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


@pytest.mark.parametrize(
    ("age", "within"),
    [
        (timedelta(0), True),
        (HOUR, True),
        (HOUR + TICK, False),
        (-CLOCK_SKEW, True),
        (-CLOCK_SKEW - TICK, False),
        (-HOUR, False),
    ],
)
def test_an_age_is_within_its_limit_and_not_from_the_future(
    age: timedelta, *, within: bool
) -> None:
    assert age_is_within(NOW - age, NOW, HOUR) is within


@given(jump=SPANS, limit=SPANS)
def test_no_jump_of_a_clock_keeps_anything_young(jump: timedelta, limit: timedelta) -> None:
    assert not age_is_within(NOW + CLOCK_SKEW + TICK + jump, NOW, limit)
    assert is_ahead(NOW + CLOCK_SKEW + TICK + jump, NOW)


def test_a_wait_runs_until_its_end_and_never_longer_than_it_can_last() -> None:
    assert is_running(NOW + HOUR, NOW, HOUR)
    assert not is_running(NOW, NOW, HOUR)
    assert not is_running(None, NOW, HOUR)
    assert not is_running(NOW + HOUR + CLOCK_SKEW + TICK, NOW, HOUR)


def test_a_window_ends_where_the_next_one_begins() -> None:
    assert is_in_window(NOW, NOW, HOUR)
    assert is_in_window(NOW - HOUR + TICK, NOW, HOUR)
    assert not is_in_window(NOW - HOUR, NOW, HOUR)
    assert not is_in_window(NOW + HOUR, NOW, HOUR)

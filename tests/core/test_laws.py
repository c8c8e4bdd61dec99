"""Each clamp law by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.laws import FEWER, FREE, HIGHER, LOWER, Law

numbers = st.integers()
sets = st.frozensets(st.integers(0, 5))
cases = st.one_of(
    st.tuples(st.sampled_from([HIGHER, LOWER, FREE]), numbers, numbers),
    st.tuples(st.sampled_from([FEWER, FREE]), sets, sets),
)


@pytest.mark.parametrize(
    ("law", "value", "floor", "clamped"),
    [
        (HIGHER, 1, 2, 2),
        (HIGHER, 3, 2, 3),
        (HIGHER, False, True, True),
        (LOWER, 31, 30, 30),
        (LOWER, 20, 30, 20),
        (FEWER, {1, 2}, {2, 3}, {2}),
        (FEWER, {1}, {2}, set()),
        (FREE, 9, 1, 9),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_law_tightens_a_value_to_its_floor(
    law: Law, value: object, floor: object, clamped: object
) -> None:
    assert law.clamp(value, floor) == clamped


@given(case=cases)
def test_clamping_twice_is_clamping_once(case: tuple[Law, Any, Any]) -> None:
    law, value, floor = case
    once = law.clamp(value, floor)
    assert law.clamp(once, floor) == once


@given(case=cases)
def test_a_clamped_value_holds_to_its_floor_and_is_no_weaker_than_before(
    case: tuple[Law, Any, Any],
) -> None:
    law, value, floor = case
    clamped = law.clamp(value, floor)
    assert law.satisfies(clamped, floor)
    assert law.satisfies(clamped, value)


@given(case=cases)
def test_a_value_that_holds_already_is_left_alone(case: tuple[Law, Any, Any]) -> None:
    law, value, floor = case
    assert (law.clamp(value, floor) == value) == law.satisfies(value, floor)


@given(case=cases)
def test_a_loosened_floor_is_the_strictest_that_both_hold_to(case: tuple[Law, Any, Any]) -> None:
    law, value, floor = case
    loosened = law.loosen(floor, value)
    assert law.satisfies(floor, loosened)
    assert law is FREE or law.satisfies(value, loosened)
    assert (loosened == floor) == law.satisfies(value, floor)

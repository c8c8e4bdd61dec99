"""The sequential test: its steps, and by simulation the error rates that the docs promise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import mean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.conversion import ConversionTest, RunningSum

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEST = ConversionTest()
EMPTY = RunningSum(at=NOW)
MOST = 1_000_000

outcomes = st.lists(st.tuples(st.booleans(), st.integers(0, 10**6)), max_size=60)


def numbers_until_it_fires(share: float, rng: Random) -> int:
    """How many numbers of one moment fire it, of which that share is verified."""
    found = EMPTY
    for count in range(1, MOST):
        found = TEST.count(found, verified=rng.random() < share, at=NOW)
        if TEST.fires(found):
            return count
    return MOST


def runs(share: float, times: int) -> list[int]:
    rng = Random(7)
    return sorted(numbers_until_it_fires(share, rng) for _ in range(times))


def test_the_steps_and_the_threshold_are_those_of_wald() -> None:
    assert TEST.failure == pytest.approx(1.281, abs=0.001)
    assert TEST.success == pytest.approx(-2.015, abs=0.001)
    assert TEST.threshold == pytest.approx(6.898, abs=0.001)


def test_six_numbers_without_a_code_fire_it_and_five_do_not() -> None:
    found = EMPTY
    for count in range(1, 7):
        found = TEST.count(found, verified=False, at=NOW)
        assert TEST.fires(found) is (count == 6)


def test_after_it_has_fired_three_more_failures_fire_it_again() -> None:
    found = EMPTY
    for _ in range(6):
        found = TEST.count(found, verified=False, at=NOW)
    found = TEST.halve(found)
    fired = []
    for _ in range(3):
        found = TEST.count(found, verified=False, at=NOW)
        fired.append(TEST.fires(found))
    assert fired == [False, False, True]


@pytest.mark.parametrize(
    ("share", "median", "late"),
    [(0.0, 6, 6), (0.1, 6, 12), (0.2, 9, 21), (0.3, 13, 36), (0.4, 24, 78), (0.5, 44, 190)],
)
def test_a_pumped_prefix_is_found_after_as_many_numbers_as_the_docs_say(
    share: float, median: int, late: int
) -> None:
    found = runs(share, 1_000)
    assert found[500] == pytest.approx(median, rel=0.15)
    assert found[950] == pytest.approx(late, rel=0.15)


def test_at_ten_percent_it_takes_as_many_numbers_as_wald_expects() -> None:
    assert mean(runs(0.1, 2_000)) == pytest.approx(7.4, rel=0.05)


@pytest.mark.parametrize(("share", "between"), [(0.70, 940), (0.75, 2_800), (0.80, 11_000)])
def test_a_prefix_of_people_is_blocked_as_rarely_as_the_docs_say(
    share: float, between: int
) -> None:
    assert mean(runs(share, 100)) == pytest.approx(between, rel=0.35)


@given(outcomes)
def test_the_sum_is_never_below_nothing_and_counts_never_exceed_the_numbers(
    steps: list[tuple[bool, int]],
) -> None:
    found, at = EMPTY, NOW
    for verified, later in steps:
        at += timedelta(seconds=later)
        found = TEST.count(found, verified=verified, at=at)
        assert found.total >= 0
        assert 0 <= found.verified <= found.tried <= len(steps)
    assert found.at == at


@given(outcomes)
def test_a_verified_number_never_brings_the_test_nearer(steps: list[tuple[bool, int]]) -> None:
    found = EMPTY
    for verified, _later in steps:
        after = TEST.count(found, verified=verified, at=NOW)
        assert after.total <= found.total if verified else after.total > found.total
        found = after


@given(st.integers(0, 5))
def test_a_code_that_comes_late_undoes_its_failure(before: int) -> None:
    found = EMPTY
    for _ in range(before):
        found = TEST.count(found, verified=False, at=NOW)
    failed = TEST.count(found, verified=False, at=NOW)
    turned = TEST.turn_around(failed, at=NOW)
    in_time = TEST.count(found, verified=True, at=NOW)
    assert turned.total == pytest.approx(in_time.total)
    assert (turned.tried, turned.verified) == (in_time.tried, in_time.verified)


def test_a_sum_halves_in_its_half_life() -> None:
    found = TEST.count(EMPTY, verified=False, at=NOW, sends=4)
    later = TEST.faded(found, NOW + TEST.half_life)
    assert later.total == pytest.approx(found.total / 2)
    assert (later.sends, later.tried) == (2, 0.5)


def test_an_older_moment_neither_fades_nor_sets_the_time_back() -> None:
    found = TEST.count(EMPTY, verified=False, at=NOW)
    assert TEST.faded(found, NOW - timedelta(days=9)) is found


@pytest.mark.parametrize(
    "wrong",
    [
        {"p0": 0.1, "p1": 0.1},
        {"p1": 0.0},
        {"p0": 1.0},
        {"alpha": 0.0},
        {"beta": 0.5},
        {"half_life": timedelta(0)},
    ],
)
def test_parameters_that_tell_nobody_apart_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        ConversionTest(**wrong)

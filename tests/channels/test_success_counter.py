"""Successes are written at once when there are few, and once a second when there are many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.channels.success_counter import EVERY, SuccessCounter
from otpguard.core.breaker import WINDOW
from otpguard.testing.racing import race
from tests.core.strategies import NOW

MOMENT = timedelta(milliseconds=10)


@pytest.fixture
def counter() -> SuccessCounter:
    return SuccessCounter()


def test_the_first_is_to_be_written_and_the_next_are_kept_back(counter: SuccessCounter) -> None:
    assert counter.add("a", NOW) == 1
    assert [counter.add("a", NOW + MOMENT) for _ in range(3)] == [0, 0, 0]
    assert counter.add("b", NOW + MOMENT) == 1, "another route is counted by itself"


def test_a_second_later_all_of_them_are_to_be_written(counter: SuccessCounter) -> None:
    for _ in range(4):
        counter.add("a", NOW)
    assert counter.add("a", NOW + EVERY) == 4
    assert counter.drain("a", NOW + EVERY) == 0


def test_whoever_asks_gets_what_was_kept_back(counter: SuccessCounter) -> None:
    assert counter.drain("a", NOW) == 0
    for _ in range(4):
        counter.add("a", NOW)
    assert counter.drain("a", NOW) == 3


def test_what_was_kept_back_in_another_window_is_dropped(counter: SuccessCounter) -> None:
    for _ in range(4):
        counter.add("a", NOW)
    later = NOW + WINDOW + EVERY
    assert counter.add("a", later) == 1
    counter.add("a", later)
    assert counter.drain("a", later + WINDOW + EVERY) == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_none_is_lost(counter: SuccessCounter) -> None:
    written = race(lambda: sum(counter.add("a", NOW) for _ in range(500)), threads=8)
    assert sum(written) + counter.drain("a", NOW) == 4000


def test_it_forgets_when_told_to(counter: SuccessCounter) -> None:
    counter.add("a", NOW)
    counter.add("a", NOW)
    counter.clear()
    assert counter.drain("a", NOW) == 0

"""Successes are written at once when there are few, and once a second when there are many."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.channels.tally import EVERY, Tally
from otpguard.core.breaker import WINDOW
from tests.core.strategies import NOW
from tests.racing import race

MOMENT = timedelta(milliseconds=10)


@pytest.fixture
def tally() -> Tally:
    return Tally()


def test_the_first_is_to_be_written_and_the_next_are_kept_back(tally: Tally) -> None:
    assert tally.add("a", NOW) == 1
    assert [tally.add("a", NOW + MOMENT) for _ in range(3)] == [0, 0, 0]
    assert tally.add("b", NOW + MOMENT) == 1, "another route is counted by itself"


def test_a_second_later_all_of_them_are_to_be_written(tally: Tally) -> None:
    for _ in range(4):
        tally.add("a", NOW)
    assert tally.add("a", NOW + EVERY) == 4
    assert tally.take("a", NOW + EVERY) == 0


def test_whoever_asks_gets_what_was_kept_back(tally: Tally) -> None:
    assert tally.take("a", NOW) == 0
    for _ in range(4):
        tally.add("a", NOW)
    assert tally.take("a", NOW) == 3


def test_what_was_kept_back_in_another_window_is_dropped(tally: Tally) -> None:
    for _ in range(4):
        tally.add("a", NOW)
    later = NOW + WINDOW + EVERY
    assert tally.add("a", later) == 1
    tally.add("a", later)
    assert tally.take("a", later + WINDOW + EVERY) == 0


@pytest.mark.django_db(transaction=True)
def test_of_many_threads_none_is_lost(tally: Tally) -> None:
    written = race(lambda: sum(tally.add("a", NOW) for _ in range(500)), threads=8)
    assert sum(written) + tally.take("a", NOW) == 4000


def test_it_forgets_when_told_to(tally: Tally) -> None:
    tally.add("a", NOW)
    tally.add("a", NOW)
    tally.clear()
    assert tally.take("a", NOW) == 0

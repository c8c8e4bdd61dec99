"""A habit is the second-highest day of three weeks, and never of the last week."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.money.habit import expected_habit, habit_of, is_young, take_back
from otpguard.core.pumping.money.terms import MoneyTerms

TODAY = 20_000


def test_the_highest_day_is_left_out_and_the_second_counts() -> None:
    assert habit_of({TODAY - 7: 5, TODAY - 8: 900, TODAY - 28: 7}, today=TODAY) == 7


def test_days_of_the_last_week_and_before_four_weeks_do_not_count() -> None:
    days = {TODAY - day: 100 for day in (*range(7), 29, 30)}
    assert habit_of(days, today=TODAY) == 0
    assert habit_of({**days, TODAY - 7: 3, TODAY - 28: 2}, today=TODAY) == 2


def test_one_day_is_no_habit() -> None:
    assert habit_of({TODAY - 10: 100}, today=TODAY) == 0
    assert habit_of({}, today=TODAY) == 0


def test_expected_people_are_all_at_home_unless_shares_are_set() -> None:
    terms = MoneyTerms(expected_signups_per_day=100)
    assert expected_habit("US", price=10, terms=terms, home="US") == 1_000
    assert expected_habit("GB", price=10, terms=terms, home="US") == 0
    shared = MoneyTerms(expected_signups_per_day=100, expected_countries={"GB": 25})
    assert expected_habit("GB", price=10, terms=shared, home="US") == 250
    assert expected_habit("US", price=10, terms=shared, home="US") == 0


def test_a_counter_is_young_for_four_weeks() -> None:
    assert is_young(None, today=TODAY)
    assert is_young(TODAY - 27, today=TODAY)
    assert not is_young(TODAY - 28, today=TODAY)


def test_what_goes_back_comes_out_of_the_oldest_hours() -> None:
    assert take_back([(3, 10), (1, 4), (2, 0)], 6) == [(1, 0), (3, 8)]
    assert take_back([(1, 4)], 0) == []


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 100)), st.integers(0, 500))
def test_no_more_goes_back_than_there_is(hours: dict[int, int], micros: int) -> None:
    left = dict(take_back(list(hours.items()), micros))
    taken = sum(hours[hour] - there for hour, there in left.items())
    assert taken == min(micros, sum(hours.values()))
    assert all(there >= 0 for there in left.values())

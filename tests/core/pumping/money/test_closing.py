"""The smallest scope that explains a loss is closed, and tried again by one message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otpguard.core.pumping.money.closing import (
    Losses,
    closed_for,
    is_open_for,
    prefix_country,
    scope_to_close,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_prefix_goes_before_its_country_and_a_country_before_the_channel() -> None:
    one = Losses(by_prefix={"+92300": 80, "+92301": 20}, by_country={"PK": 100})
    assert scope_to_close(one) == ("prefix", "+92300")
    many = Losses(by_prefix={"+92300": 40, "+92301": 39}, by_country={"PK": 80, "NG": 20})
    assert scope_to_close(many) == ("country", "PK")
    all_over = Losses(by_prefix={"+92300": 40}, by_country={"PK": 79, "NG": 21})
    assert scope_to_close(all_over) == ("channel", "")


def test_nothing_passes_before_its_time_and_then_one_message() -> None:
    assert not is_open_for(NOW + MINUTE, None, now=NOW)
    assert is_open_for(NOW, None, now=NOW)
    assert not is_open_for(NOW - MINUTE, NOW, now=NOW)


@pytest.mark.parametrize(("times", "hours"), [(1, 1), (2, 2), (4, 8), (5, 12), (99, 12)])
def test_each_closure_in_a_row_is_twice_as_long_up_to_half_a_day(times: int, hours: int) -> None:
    assert closed_for(times, first=timedelta(hours=1)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("prefix", "country"), [("+92300", "PK"), ("+1201555", "US"), ("+1876555", "JM"), ("", "")]
)
def test_a_prefix_is_in_a_country(prefix: str, country: str) -> None:
    assert prefix_country(prefix) == country

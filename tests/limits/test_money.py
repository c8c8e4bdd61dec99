"""Counters by the hour: what they have of the last day, and what was proven before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from otpguard.core.pumping.money.spending import SpendEntry, SpendKey, SpendScope
from otpguard.limits.money import (
    add_spend,
    forget_histories,
    hour_at,
    lock_spend,
    read_histories,
    read_sums,
)
from otpguard.models import SpendWindow

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, 30, tzinfo=UTC)
KEY = SpendKey(scope=SpendScope.COUNTRY, key="US:known")
OTHER = SpendKey(scope=SpendScope.PREFIX, key="US:known")


def add(micros: int, *, at: datetime = NOW, key: SpendKey = KEY) -> None:
    add_spend([SpendEntry(key=key, all_micros=micros, unverified_micros=micros, places=1)], now=at)


def test_a_rolling_day_never_counts_less_than_there_was() -> None:
    for hours in (0, 1, 2, 24, 25, 40):
        add(10**hours if hours < 3 else 1, at=NOW - timedelta(hours=hours))
    sums = read_sums([KEY], now=NOW)[KEY]
    assert (sums.all_day, sums.all_hour) == (1 + 10 + 100 + 1, 11)
    assert (sums.unverified_day, sums.places_day, sums.places_hour) == (112, 4, 2)


def test_entries_of_one_counter_add_up_in_one_row_an_hour() -> None:
    add(5)
    add_spend([SpendEntry(key=KEY, all_micros=1), SpendEntry(key=KEY, all_micros=2)], now=NOW)
    [row] = SpendWindow.objects.all()
    assert (row.all_micros, row.unverified_micros, row.hour) == (8, 5, hour_at(NOW))


def test_counters_of_one_name_and_two_scopes_are_two() -> None:
    add(5)
    add(7, key=OTHER)
    sums = read_sums([KEY, OTHER], now=NOW)
    assert (sums[KEY].all_day, sums[OTHER].all_day) == (5, 7)


def test_a_history_has_what_was_proven_by_day_and_is_read_once_a_day() -> None:
    today = hour_at(NOW) // 24
    for day in (40, 8, 7):
        SpendWindow.objects.create(
            scope="country", key="US:known", hour=(today - day) * 24 + 3, verified_micros=day
        )
    forget_histories()
    seen = read_histories([KEY], now=NOW)[KEY]
    assert (dict(seen.days), seen.first) == ({today - 8: 8, today - 7: 7}, today - 40)


def test_nothing_is_written_and_locked_for_nothing() -> None:
    add_spend([], now=NOW)
    lock_spend([])
    assert not SpendWindow.objects.exists()

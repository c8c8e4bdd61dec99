"""Wrong passwords are counted by login name, in a table that cannot grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.limits.wrong_passwords import (
    DAY_HOURS,
    MOST,
    SLOTS,
    count_wrong,
    counted_since_a_day,
    slots_of,
)
from otpguard.models import WrongPasswords
from otpguard.testing.racing import race

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def counted(*names: str, **later: float) -> int:
    rows = counted_since_a_day(names, now=NOW + timedelta(**later))
    return rows.aggregate(sum=Sum("count"))["sum"] or 0


def test_a_name_has_one_slot_whatever_its_case_and_form() -> None:
    assert slots_of(["Kim@Example.com", " kim@example.com ", "\uff4bim@example.com"]) == slots_of(
        ["kim@example.com"]
    )
    assert slots_of(["", "   "]) == []
    assert all(0 <= slot < SLOTS for slot in slots_of(str(n) for n in range(100)))


def test_the_slot_of_a_name_is_a_secret_of_the_site(settings: Any) -> None:
    before = slots_of(f"person {n}" for n in range(5))
    settings.SECRET_KEY = "another one"
    assert slots_of(f"person {n}" for n in range(5)) != before


def test_a_wrong_password_costs_one_statement_whoever_it_was_for() -> None:
    for name in ("kim", "kim", "nobody"):
        with CaptureQueriesContext(connection) as seen:
            count_wrong([name], now=NOW)
        assert len(seen) == 1
    assert (counted("kim"), counted("nobody"), counted("else")) == (2, 1, 0)


def test_a_count_is_over_after_a_day_and_its_row_is_used_again() -> None:
    count_wrong(["kim"], now=NOW)
    assert counted("kim", hours=DAY_HOURS - 1) == 1
    assert counted("kim", hours=DAY_HOURS) == 0
    count_wrong(["kim"], now=NOW + timedelta(hours=DAY_HOURS))
    assert counted("kim", hours=DAY_HOURS) == 1
    assert WrongPasswords.objects.count() == 1


def test_a_count_stops_before_it_is_too_large_for_its_column() -> None:
    count_wrong(["kim"], now=NOW)
    WrongPasswords.objects.update(count=MOST)
    count_wrong(["kim"], now=NOW)
    assert counted("kim") == MOST


def test_a_huge_name_and_one_that_is_no_text_in_utf_8_are_counted() -> None:
    count_wrong(["x" * 10_000_000, "\ud800"], now=NOW)
    assert WrongPasswords.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_wrong_passwords_at_once_none_is_lost() -> None:
    race(lambda: count_wrong(["kim"], now=NOW), threads=8)
    assert counted("kim") == 8

"""When tenants and accounts stop being strangers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.account_age import is_newcomer, is_tenant_strict, shows_use

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "contract", "used", "strict"),
    [
        (0 * DAY, 0, False, True),
        (30 * DAY - SECOND, 0, True, True),
        (30 * DAY, 0, False, True),
        (3_000 * DAY, 0, False, True),
        (30 * DAY, 0, True, False),
        (0 * DAY, 1, False, False),
    ],
)
def test_a_tenant_is_strict_until_it_is_old_and_in_use_or_pays(
    age: timedelta, contract: int, used: bool, strict: bool
) -> None:
    used_at = NOW if used else None
    found = is_tenant_strict(created_at=NOW - age, contract=contract, used_at=used_at, now=NOW)
    assert found is strict


@given(verified=st.lists(st.booleans(), max_size=60))
def test_use_is_half_of_the_latest_twenty(verified: list[bool]) -> None:
    assert shows_use(verified) == (len(verified) >= 20 and sum(verified[:20]) >= 10)


def test_nineteen_verified_challenges_show_nothing_and_ten_of_twenty_do() -> None:
    assert not shows_use([True] * 19)
    assert shows_use([True] * 10 + [False] * 10)
    assert not shows_use([True] * 9 + [False] * 11)


@pytest.mark.parametrize(
    ("age", "has_number", "new"),
    [
        (DAY - SECOND, False, True),
        (DAY, False, False),
        (0 * DAY, True, False),
        (None, False, True),
        (None, True, False),
    ],
)
def test_an_account_is_new_for_a_day_or_until_it_has_a_number(
    age: timedelta | None, has_number: bool, new: bool
) -> None:
    joined = None if age is None else NOW - age
    assert is_newcomer(joined_at=joined, has_number=has_number, now=NOW) is new

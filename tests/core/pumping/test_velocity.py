"""The table of caps on codes to new numbers: each number is pinned here, and in the docs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.fallback import MAX_SENDS
from otpguard.core.limits import LONGEST_WINDOW, CapName, Refund
from otpguard.core.pumping.velocity import (
    LONGEST_RAISE,
    TABLE,
    Cell,
    Raise,
    RowName,
    Velocity,
    cap_of,
    limit_of,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FULL, HALF, NEVER = Refund.FULL, Refund.HALF, Refund.NEVER
PINNED = {
    RowName.SESSION_HOUR: (CapName.SESSION, HOUR, FULL, 20, 20, 100),
    RowName.BROWSER_DAY: (CapName.BROWSER, DAY, FULL, 3, 5, 50),
    RowName.ACCOUNT_DAY: (CapName.ENROLLMENT, DAY, FULL, 3, 6, 20),
    RowName.NUMBER_DAY: (CapName.NUMBER, DAY, FULL, 3, 3, 10),
    RowName.NUMBER_MONTH: (CapName.NUMBER_MONTH, 30 * DAY, NEVER, 5, 5, 30),
    RowName.IP_HOUR: (CapName.IP, HOUR, HALF, 5, 10, 200),
    RowName.IP_HOUR_KNOWN: (CapName.IP, HOUR, HALF, 10, 60, 600),
    RowName.IP_DAY: (CapName.IP_DAY, DAY, HALF, 10, 20, 1_000),
    RowName.IP_SITE_DAY: (CapName.IP_SITE_DAY, DAY, HALF, 20, 40, 2_000),
    RowName.PREFIX_DAY: (CapName.PREFIX, DAY, HALF, 4, 6, 500),
    RowName.NETWORK_DAY: (CapName.NETWORK, DAY, HALF, 2, 10, 100),
    RowName.NETWORK_UNASKED_HOUR: (CapName.NETWORK_UNASKED, HOUR, HALF, 10, 20, 1_000),
    RowName.TENANT_DAY: (CapName.STRANGERS, DAY, NEVER, 20, 200, 5_000),
    RowName.MAILBOX_DAY: (CapName.MAILBOX, DAY, NEVER, 2, 2, 20),
    RowName.EMAIL_DOMAIN_DAY: (CapName.EMAIL_DOMAIN, DAY, FULL, 2, 3, 500),
    RowName.EMAIL_LINK_DAY: (CapName.MAILBOX_LINKS, DAY, NEVER, 2, 2, 20),
    RowName.RESET_LINK_HOUR: (CapName.MAILBOX_RESETS, HOUR, NEVER, 5, 5, 20),
    RowName.RESET_LINK_IP_HOUR: (CapName.IP_RESETS, HOUR, NEVER, 20, 20, 500),
    RowName.EMAIL_LINK_IP_HOUR: (CapName.IP_LINKS, HOUR, HALF, 5, 10, 200),
    RowName.CHALLENGE_SENDS: (None, DAY, NEVER, 2, 2, MAX_SENDS),
}
cells = st.builds(
    lambda low, more, top: Cell(strict=low, standard=low + more, ceiling=low + more + top),
    *(st.integers(1, 50), st.integers(0, 50), st.integers(0, 50)),
)


@pytest.mark.parametrize("name", RowName)
def test_each_number_of_the_table_is_the_one_that_was_promised(name: RowName) -> None:
    row = TABLE[name]
    cell = row.cell
    found = (row.cap, row.window, row.refund, cell.strict, cell.standard, cell.ceiling)
    assert found == PINNED[name]


def test_the_table_has_a_cell_in_every_row_and_so_have_the_settings() -> None:
    assert set(TABLE) == set(RowName) == set(Velocity().cells) == set(PINNED)


def test_no_row_looks_back_further_than_uses_are_kept() -> None:
    assert max(row.window for row in TABLE.values()) == LONGEST_WINDOW == timedelta(days=30)


def test_one_name_of_a_cap_has_one_window_and_one_refund() -> None:
    found: dict[CapName, set[tuple[timedelta, Refund]]] = {}
    for row in TABLE.values():
        if row.cap is not None:
            found.setdefault(row.cap, set()).add((row.window, row.refund))
    assert [each for each in found.values() if len(each) > 1] == []


@given(cell=cells, strict=st.booleans(), raised=st.integers(0, 500))
def test_a_raise_never_lowers_a_limit_and_never_beats_the_ceiling(
    cell: Cell, strict: bool, raised: int
) -> None:
    usual, found = cell.limit(strict=strict), cell.limit(strict=strict, raised=raised)
    assert usual <= found <= cell.ceiling
    assert found == max(usual, min(raised, cell.ceiling))


def test_the_strict_column_is_never_wider_than_the_standard_one() -> None:
    assert [name for name, row in TABLE.items() if row.cell.strict > row.cell.standard] == []


def test_a_raise_counts_for_its_row_and_its_key_or_for_all_keys() -> None:
    def limit(row: RowName, key: str, *raises: Raise) -> int:
        return limit_of(Velocity(), row, key, strict=False, raises=raises)

    here = Raise(row=RowName.IP_HOUR, limit=50, key="203.0.113.7")
    everywhere = Raise(row=RowName.IP_HOUR, limit=30)
    assert limit(RowName.IP_HOUR, "203.0.113.7", here, everywhere) == 50
    assert limit(RowName.IP_HOUR, "203.0.113.8", here, everywhere) == 30
    assert limit(RowName.IP_HOUR, "203.0.113.8", here) == 10
    assert limit(RowName.IP_DAY, "203.0.113.7", here, everywhere) == 20
    assert limit(RowName.IP_HOUR, "x", Raise(row=RowName.IP_HOUR, limit=10**9)) == 200


def test_a_raise_lasts_two_weeks_at_most() -> None:
    assert timedelta(days=14) == LONGEST_RAISE


def test_what_no_limiter_counts_has_no_cap() -> None:
    with pytest.raises(ValueError, match="challenge_sends"):
        cap_of(RowName.CHALLENGE_SENDS, "k", 2)
    assert cap_of(RowName.NUMBER_DAY, "k", 3).name is CapName.NUMBER

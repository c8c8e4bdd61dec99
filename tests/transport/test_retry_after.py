"""A wait is said in seconds or as a date, and never believed beyond a day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.transport.retry_after import LONGEST_WAIT, asked_wait

NOW = datetime(2026, 10, 21, 7, 27, 30, tzinfo=UTC)
LONGEST = int(LONGEST_WAIT.total_seconds())


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("999999999", LONGEST),
        ("9" * 5000, LONGEST),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
        ("Wednesday, 21-Oct-26 07:28:00 GMT", 30),
        ("Wed Oct 21 07:28:00 2026", 30),
        ("Wed, 21 Oct 2026 09:28:00 +0200", 30),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
        ("-1", None),
        ("7.5", None),
        ("\u0667", None),
        ("soon", None),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
        ("", None),
    ],
)
def test_both_forms_are_read_and_bounded(said: str, seconds: int | None) -> None:
    assert asked_wait({"retry-after": said}, now=NOW) == seconds


def test_nothing_said_is_no_wait() -> None:
    assert asked_wait({}, now=NOW) is None


def test_a_date_is_measured_by_the_vendors_own_clock() -> None:
    """Ours may differ from it; only the difference of its two dates counts."""
    headers = {
        "date": "Wed, 21 Oct 2026 08:00:00 GMT",
        "retry-after": "Wed, 21 Oct 2026 08:00:12 GMT",
    }
    assert asked_wait(headers, now=NOW) == 12
    assert asked_wait({**headers, "date": "yesterday"}, now=NOW) == 32 * 60 + 42


@given(st.text(), st.text())
def test_a_stranger_may_say_anything(said: str, date: str) -> None:
    found = asked_wait({"retry-after": said, "date": date}, now=NOW)
    assert found is None or 0 <= found <= LONGEST

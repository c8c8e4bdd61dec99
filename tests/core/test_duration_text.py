"""Durations are typed and shown with their unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.duration_text import read_seconds, seconds_text


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15 min", 900),
        ("15min", 900),
        (" 90 S ", 90),
        ("24 h", 86_400),
        ("2 d", 172_800),
        ("1 h 30 min", 5400),
        ("0", 0),
        ("0 s", 0),
    ],
)
def test_a_duration_is_read_by_its_unit(text: str, seconds: int) -> None:
    assert read_seconds(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "15", "min", "15 minutes", "-1 s", "1.5 h", "1 h30", "9" * 5000 + " s", "٣ s"]
)
def test_a_number_without_a_unit_or_with_another_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        read_seconds(text)


def test_it_is_shown_in_the_largest_whole_unit() -> None:
    shown = [seconds_text(each) for each in (0, 45, 60, 90, 900, 3600, 5400, 86_400)]
    assert shown == ["0 s", "45 s", "1 min", "90 s", "15 min", "1 h", "90 min", "24 h"]


@given(st.integers(min_value=0, max_value=10**8))
def test_what_is_shown_is_read_back(seconds: int) -> None:
    assert read_seconds(seconds_text(seconds)) == seconds

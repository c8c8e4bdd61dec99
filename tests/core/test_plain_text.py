"""Names say what they show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.plain_text import plain_text

PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
"""I want: two parts that are not joined."""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Blue key", "Blue key"),
        ("  Blue\t\n key ", "Blue key"),
        ("Blue\u202eyek", "Blueyek"),
        ("\u2066Blue\u2069 \u200fkey\u061c", "Blue key"),
        ("Blue\x00\x07\x1b[31m key", "Blue[31m key"),
        ("Blue\u2028key", "Blue key"),
        ("B\u00adl\u200bu\ufeffe", "Blue"),
        ("\ud800Blue\udfff", "Blue"),
        ("\ue000Blue", "Blue"),
        (PERSIAN, PERSIAN),
        ("👩\u200d💻", "👩\u200d💻"),
        (" \u200d\u200c ", ""),
        ("\u202e", ""),
    ],
)
def test_what_cannot_be_seen_is_dropped(typed: str, kept: str) -> None:
    assert plain_text(typed) == kept


@given(st.text())
def test_nothing_hidden_is_left_and_nothing_more_is_done_the_second_time(text: str) -> None:
    once = plain_text(text)
    assert plain_text(once) == once
    assert not {unicodedata.category(char) for char in once} & {"Cc", "Cs", "Co", "Zl", "Zp"}
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not {unicodedata.bidirectional(char) for char in once} & bidi

"""Text messages are counted as networks count them."""

from __future__ import annotations

import pytest

from otpguard.core.segments import brand_fault, segments, septets, strange


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ł" * 70, 1),
        ("ł" * 71, 2),
        ("ł" * 134, 2),
        ("ł" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 100 + "ł", 2),
        ("\ud800" * 71, 2),
    ],
)
def test_a_text_goes_out_in_so_many_parts(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_what_is_not_in_the_alphabet_is_named_once() -> None:
    assert strange("Żółć ó żł") == "Żółćż"
    with pytest.raises(ValueError, match="GSM"):
        septets("ł")


@pytest.mark.parametrize(
    ("brand", "says"),
    [
        ("Acme", ""),
        ("Müller & Söhne", ""),
        ("a" * 40, ""),
        ("a" * 41, "longer than 40"),
        ("[" * 21, "longer than 40"),
        ("Żabka", '"Ż" is not in the GSM alphabet'),
        ("Acme™", '"™"'),
    ],
)
def test_a_brand_that_costs_a_second_part_is_told(brand: str, says: str) -> None:
    assert says in brand_fault(brand)
    assert bool(says) == bool(brand_fault(brand))

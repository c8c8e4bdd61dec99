"""What is kept of a billing value."""

from __future__ import annotations

import pytest

from otpguard.core.billing import is_masked, mask_value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("4242 4242 4242 4242", "•••• 4242"),
        ("DE89 3704 0044 0532 0130 00", "•••• 3000"),
        ("1234567", "••••"),
        ("call-now@evil.example", "••••"),
        ("", ""),
        ("  ", ""),
        ("вход на сайт зла", "••••"),
    ],
)
def test_no_more_than_four_characters_are_kept(value: str, kept: str) -> None:
    assert mask_value(value) == kept
    assert is_masked(kept)


@pytest.mark.parametrize("value", ["4242", "•••• 42424", "•••• ab-d", "•••• ", "evil •••• 4242"])
def test_what_is_not_masked_is_known(value: str) -> None:
    assert not is_masked(value)

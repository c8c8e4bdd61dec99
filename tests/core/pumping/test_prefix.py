"""The range of a number: five digits after the country code, six for +1."""

from __future__ import annotations

import pytest

from otpguard.core.pumping.prefix import prefix_of


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+14155552671", "+1415555"),
        ("+18765550123", "+1876555"),
        ("+4915112345678", "+4915112"),
        ("+441624555012", "+4416245"),
        ("+247 40123", "+24740123"),
        ("", ""),
        ("5550123", ""),
    ],
)
def test_a_range_is_the_country_code_and_the_first_digits(number: str, prefix: str) -> None:
    assert prefix_of(number) == prefix

"""A price that nobody has set is taken to be a high one."""

from __future__ import annotations

import pytest

from otpguard.core.pumping.money.default_prices import default_price


@pytest.mark.parametrize(
    ("country", "micros"),
    [
        ("US", 12_000),
        ("CA", 12_000),
        ("GB", 90_000),
        ("PK", 300_000),
        ("", 300_000),
        ("001", 300_000),
    ],
)
def test_each_class_of_country_has_a_price(country: str, micros: int) -> None:
    assert default_price(country) == micros

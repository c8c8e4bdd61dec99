"""What Sinch says that a verification costs, in each of its forms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from otpguard.channels.providers.sinch_prices import cost_of


def dollars(amount: object, currency: str = "USD") -> dict[str, Any]:
    return {"currencyId": currency, "amount": amount}


@pytest.mark.parametrize(
    ("price", "micros"),
    [
        (dollars("0.039"), 39_000),
        (dollars(Decimal("0.039")), 39_000),
        ({"verificationPrice": dollars(Decimal("3.141516"))}, 3_141_516),
        (
            {
                "verificationPrice": dollars(Decimal("10.5")),
                "terminationPrice": dollars(Decimal("0.25")),
                "billableDuration": 30,
            },
            10_750_000,
        ),
        (
            {"verificationPrice": dollars("1"), "terminationPrice": dollars("1", "EUR")},
            None,
        ),
        ({"verificationPrice": None}, None),
        (dollars("1", "EUR"), None),
        ({}, None),
        (None, None),
        ("0.039", None),
    ],
)
def test_all_parts_are_added_up_when_each_is_in_dollars(price: object, micros: int | None) -> None:
    assert cost_of(price) == micros

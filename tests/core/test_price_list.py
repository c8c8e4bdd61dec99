"""The price list of the setting becomes rates, or one clear sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from otpguard.core.money import Rate
from otpguard.core.price_list import PriceError, parse_price_list

GOOD = {"PROVIDER": "sms", "CHANNEL": "sms"}


def test_a_list_becomes_rates() -> None:
    found = parse_price_list(
        [
            {**GOOD, "PER_TRY": 8_800},
            {
                **GOOD,
                "COUNTRY": "US",
                "FROM": "2026-01-01",
                "UNTIL": date(2026, 12, 31),
                "FROM_VOLUME": 1_000_000,
                "PER_SUCCESS": 5,
                "ADD_ON": 6,
                "SURCHARGE": 7,
            },
        ]
    )
    assert found == (
        Rate(provider="sms", channel="sms", per_try=8_800),
        Rate(
            provider="sms",
            channel="sms",
            country="US",
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
            from_volume=1_000_000,
            per_success=5,
            add_on=6,
            surcharge=7,
        ),
    )
    assert parse_price_list(()) == ()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "list of dictionaries"),
        ("sms", "list of dictionaries"),
        ([1], "entry 1: must be a dictionary"),
        ([GOOD, {**GOOD, "PERTRY": 1}], 'entry 2: unknown key "PERTRY", did you mean "PER_TRY"'),
        ([{**GOOD, 1: 1}], 'unknown key "1"'),
        ([{"CHANNEL": "sms"}], "needs a PROVIDER"),
        ([{"PROVIDER": "sms"}], "needs a CHANNEL"),
        ([{"PROVIDER": 1, "CHANNEL": "sms"}], "needs a PROVIDER"),
        ([{**GOOD, "CHANNEL": "smss"}], 'unknown channel "smss", did you mean "sms"'),
        ([{**GOOD, "COUNTRY": "usa"}], "two capital letters"),
        ([{**GOOD, "COUNTRY": None}], "two capital letters"),
        ([{**GOOD, "PER_TRY": 0.0088}], "per_try must be a whole number"),
        ([{**GOOD, "PER_TRY": "8800"}], "per_try must be a whole number"),
        ([{**GOOD, "PER_TRY": -1}], "per_try must be a whole number"),
        ([{**GOOD, "FROM": "January"}], "FROM must be a day"),
        ([{**GOOD, "FROM": "2026-02-01", "UNTIL": "2026-01-01"}], "lies before"),
    ],
)
def test_a_mistake_is_named_with_its_place(raw: Any, said: str) -> None:
    with pytest.raises(PriceError) as refused:
        parse_price_list(raw)
    assert said in str(refused.value)

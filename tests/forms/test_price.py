"""Dollars are typed, whole micro-dollars come out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from otpguard.core.money import Rate
from otpguard.forms.price import LastDayForm, PriceForm
from tests.forms.typed import PRICE


def errors(**changed: Any) -> set[str]:
    return set(PriceForm({**PRICE, **changed}).errors)


def test_dollars_become_micro_dollars_exactly() -> None:
    form = PriceForm(PRICE)
    assert form.is_valid(), form.errors
    assert form.rate() == Rate(
        provider="memory",
        channel="sms",
        country="US",
        valid_from=date(2026, 1, 1),
        per_try=8_800,
        add_on=1,
        surcharge=2_147_000_000,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("provider", "nobody"),
        ("channel", "pigeon"),
        ("country", "u1"),
        ("per_try", "-1"),
        ("per_try", "0.0000001"),
        ("per_try", "3000"),
        ("per_try", "NaN"),
        ("from_volume", "-1"),
        ("valid_from", ""),
        ("valid_until", "2025-12-31"),
    ],
)
def test_a_mistake_stands_at_its_field(field: str, value: str) -> None:
    assert errors(**{field: value}) == {field}


def test_the_last_day_is_a_day() -> None:
    form = LastDayForm({"last_day": "2026-01-31"})
    assert form.is_valid()
    assert form.day() == date(2026, 1, 31)
    assert not LastDayForm({"last_day": "soon"}).is_valid()

"""What a message is expected to cost: by the price list, and a high guess without one."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.pumping.money.expected_price import expected_price
from tests.prices import price

pytestmark = pytest.mark.django_db


def costs(**changed: Any) -> int:
    step = {"channel": "sms", "provider": "memory", "country": "US", **changed}
    return expected_price(step, now=timezone.now())


def test_the_price_list_counts_with_what_a_success_costs() -> None:
    price(country="US", per_try=7_000, surcharge=500, per_success=40_000)
    assert costs() == 47_500


def test_a_route_without_a_price_or_with_none_is_taken_to_be_dear() -> None:
    assert costs() == 12_000
    assert costs(country="PK") == 300_000
    price(country="US", per_try=0)
    assert costs() == 12_000, "a row of nothing is no price"


def test_what_is_free_or_never_sent_costs_nothing() -> None:
    assert costs(channel="email") == 0
    assert costs(provider="test number") == 0

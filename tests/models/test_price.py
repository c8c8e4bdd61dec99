"""A price stands once for a route, country, tier and first day."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import Price
from tests.prices import price

pytestmark = pytest.mark.django_db


def test_the_same_route_country_tier_and_day_have_one_price() -> None:
    price(country="US")
    with pytest.raises(IntegrityError), transaction.atomic():
        price(country="US")
    price(), price(country="US", from_volume=1), price(country="US", valid_from=date(2026, 1, 1))
    assert Price.objects.count() == 4


def test_a_price_does_not_end_before_it_begins() -> None:
    first = date(2026, 1, 1)
    price(valid_from=first, valid_until=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        price(valid_from=first, valid_until=date(2025, 12, 31), from_volume=1)


def test_a_price_says_for_what_it_is() -> None:
    assert str(price(country="US")) == "sms by memory to US"
    assert str(price()) == "sms by memory to anywhere"

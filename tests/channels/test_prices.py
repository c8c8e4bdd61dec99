"""The valid price: rows of the table before the setting, seldom read, tiers by the month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from otpguard.channels import prices
from otpguard.channels.prices import LIFE_SECONDS, as_rate, rate_at
from otpguard.models import Challenge, Delivery, Price
from tests.flows.setting import stopped
from tests.prices import price

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
SETTING = {
    "PROVIDERS": {"memory": {"BACKEND": "otpguard.channels.providers.memory.Memory"}},
    "PRICES": [{"PROVIDER": "memory", "CHANNEL": "sms", "PER_TRY": 11}],
}


def per_try(*, now: datetime = NOW, country: str = "US", channel: str = "sms") -> int | None:
    rate = rate_at(provider="memory", channel=channel, country=country, now=now)
    return rate.per_try if rate else None


def sent(challenge: Challenge, count: int, at: datetime) -> None:
    """So many messages of this route that left at a moment."""
    steps = range(100, 100 + count)
    Delivery.objects.filter(step__gte=100).delete()
    Delivery.objects.bulk_create(
        Delivery(
            challenge=challenge,
            step=step,
            channel="sms",
            provider="memory",
            state="sent",
            sent_at=at,
        )
        for step in steps
    )
    prices.forget()


def test_without_a_price_there_is_none() -> None:
    assert per_try() is None


def test_the_setting_counts_until_the_table_has_a_price(settings: Any) -> None:
    settings.OTPGUARD = SETTING
    assert per_try() == 11
    price(per_try=22)
    assert per_try() == 22
    Price.objects.update(valid_until=date(2026, 3, 1))
    prices.forget()
    assert per_try() == 11


def test_a_price_for_everywhere_in_the_table_wins_over_one_for_the_country_in_the_setting(
    settings: Any,
) -> None:
    settings.OTPGUARD = {**SETTING, "PRICES": [{**SETTING["PRICES"][0], "COUNTRY": "US"}]}
    price(per_try=22)
    assert per_try() == 22


def test_a_price_for_the_country_comes_first_and_other_routes_have_none() -> None:
    price(per_try=1), price(per_try=2, country="DE")
    assert (per_try(), per_try(country="DE"), per_try(country="")) == (1, 2, 1)
    assert per_try(channel="voice") is None


def test_the_day_is_that_of_utc() -> None:
    price(per_try=1), price(per_try=2, valid_from=date(2026, 3, 16))
    assert per_try(now=datetime(2026, 3, 15, 23, 59, tzinfo=UTC)) == 1
    assert per_try(now=datetime(2026, 3, 16, 0, 0, tzinfo=UTC)) == 2


def test_a_tier_counts_once_the_month_has_reached_it() -> None:
    price(per_try=10), price(per_try=5, from_volume=3)
    challenge = stopped().start()
    sent(challenge, 2, NOW - timedelta(days=1))
    assert per_try() == 10
    sent(challenge, 3, NOW - timedelta(days=1))
    assert per_try() == 5
    sent(challenge, 3, NOW - timedelta(days=15))
    assert per_try() == 10, "the month before counts for nothing"


def test_the_table_is_read_once_in_a_while(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    price(per_try=1)
    with django_assert_num_queries(1):
        assert [per_try(country=country) for country in ("US", "DE", "FR")] == [1, 1, 1]
    Price.objects.update(per_try=2)
    assert per_try() == 1, "another process's change is seen when the life is over"
    assert per_try(now=NOW + timedelta(seconds=LIFE_SECONDS)) == 2


def test_a_row_is_the_same_as_a_value() -> None:
    row = price(
        country="US", from_volume=1, per_try=2, per_success=3, add_on=4, surcharge=5,
        valid_until=date(2026, 12, 31),
    )  # fmt: skip
    rate = as_rate(row)
    assert all(getattr(rate, name) == getattr(row, name) for name in rate.__slots__)
    assert timezone.is_aware(NOW)

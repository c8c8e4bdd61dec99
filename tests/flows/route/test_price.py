"""Operators of the site set prices and let them end; nobody else does."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.prices import rate_at
from otpguard.core.money import Rate
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.route.price import end_price, set_price
from otpguard.models import Price
from otpguard.testing import captured_events
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = date(2026, 1, 1)


def rate(**changed: Any) -> Rate:
    base = {"provider": "memory", "channel": "sms", "valid_from": FIRST, "per_try": 8_800}
    return Rate(**{**base, **changed})


def site() -> Any:
    return factories.facts(factories.staff())


def per_try() -> int | None:
    found = rate_at(provider="memory", channel="sms", country="US", now=timezone.now())
    return found.per_try if found else None


def test_a_price_is_written_told_of_and_counts_at_once() -> None:
    assert per_try() is None
    with captured_events() as events:
        row = set_price(facts=site(), rate=rate(country="US", surcharge=5))
    assert (row.per_try, row.surcharge, row.country) == (8_800, 5, "US")
    assert per_try() == 8_800
    (event,) = events
    assert event["kind"] == "price.changed"
    assert event["data"]["valid_from"] == "2026-01-01"
    assert event["data"]["removed"] is False


def test_the_same_price_again_writes_nothing_and_another_replaces_it() -> None:
    set_price(facts=site(), rate=rate())
    with captured_events() as events:
        set_price(facts=site(), rate=rate())
    assert events == []
    set_price(facts=site(), rate=rate(per_try=9))
    assert list(Price.objects.values_list("per_try", flat=True)) == [9]
    set_price(facts=site(), rate=rate(valid_from=date(2026, 2, 1)))
    assert Price.objects.count() == 2


def test_of_many_that_set_the_same_at_once_one_row_remains() -> None:
    facts = site()
    race(lambda: set_price(facts=facts, rate=rate()), threads=6)
    assert Price.objects.count() == 1


def test_a_price_ends_once() -> None:
    row = set_price(facts=site(), rate=rate())
    with captured_events() as events:
        assert end_price(facts=site(), price=row, last_day=date(2026, 1, 31))
        assert not end_price(facts=site(), price=row, last_day=date(2026, 2, 28))
    assert [event["data"]["removed"] for event in events] == [True]
    row.refresh_from_db()
    assert row.valid_until == date(2026, 1, 31)
    assert per_try() is None


def test_a_price_cannot_end_before_it_begins() -> None:
    row = set_price(facts=site(), rate=rate())
    with pytest.raises(InvalidInput) as refused:
        end_price(facts=site(), price=row, last_day=date(2025, 12, 31))
    assert refused.value.field == "last_day"


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": "nobody"},
        {"channel": "pigeon"},
        {"country": "usa"},
        {"valid_from": date.min},
    ],
)
def test_what_does_not_exist_has_no_price(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_price(facts=site(), rate=rate(**wrong))
    assert [refused.value.field] == list(wrong)
    assert not Price.objects.exists()


def test_only_the_site_sets_prices() -> None:
    tenant = factories.tenant()
    admin = factories.member(tenant, roles=["admin"]).user
    row = set_price(facts=site(), rate=rate())
    for facts in (
        factories.facts(admin, tenant),
        factories.facts(factories.staff(), tenant),
        factories.facts(admin),
    ):
        with pytest.raises(NotAllowed):
            set_price(facts=facts, rate=rate(per_try=0))
        with pytest.raises(NotAllowed):
            end_price(facts=facts, price=row, last_day=FIRST)
    assert Price.objects.get().per_try == 8_800

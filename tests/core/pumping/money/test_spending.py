"""What a message is counted by."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.money.spending import (
    PaidSend,
    PriceClass,
    SpendEntry,
    SpendKey,
    SpendScope,
    SpendSums,
    keys_of,
    price_class,
)
from otpguard.core.pumping.money.terms import MoneyTerms

TERMS = MoneyTerms()


def keys(**changed: Any) -> list[str]:
    base = {"prefix": "+1", "country": "US", "tenant": "t", "lane": SpendLane.MAILED}
    one = PaidSend(is_strict=True, **{"micros": 5, **base, **changed})
    return [f"{key.scope}={key.key}" for key in keys_of(one, TERMS)]


@pytest.mark.parametrize(
    ("micros", "kind"),
    [
        (20_000, PriceClass.CHEAP),
        (20_001, PriceClass.MIDDLE),
        (99_999, PriceClass.MIDDLE),
        (100_000, PriceClass.DEAR),
    ],
)
def test_two_cents_are_cheap_and_ten_are_dear(micros: int, kind: PriceClass) -> None:
    assert price_class(micros, TERMS) is kind


def test_a_message_counts_by_prefix_country_in_its_lane_pool_and_tenant() -> None:
    assert keys() == ["prefix=+1", "country=US:mailed", "pool=others", "tenant=t"]
    assert keys(micros=200_000)[2] == "pool=dear"


def test_a_tenant_counts_strangers_alone() -> None:
    assert keys(lane=SpendLane.INVITED)[-1] == "pool=others:invited"
    assert keys(tenant="")[-1] == "pool=others"


def test_an_entry_adds_to_the_day_and_to_the_hour() -> None:
    key = SpendKey(scope=SpendScope.POOL, key="dear")
    entry = SpendEntry(key=key, all_micros=3, unverified_micros=2, places=1)
    assert SpendSums(all_day=1, all_hour=0).plus(entry) == SpendSums(
        all_day=4, all_hour=3, unverified_day=2, places_day=1, places_hour=1
    )

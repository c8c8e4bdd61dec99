"""Costs: whole numbers only, never negative, additive, and tiers that rise with the volume."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core import money
from otpguard.core.money import MICROS, MOST, Rate, as_dollars, cost_of, month_of, rate_for
from tests.house.source import PACKAGE, tree

DAY = date(2026, 3, 15)
amounts = st.integers(0, MOST)
counts = st.integers(0, 10_000_000)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def rate(**changed: Any) -> Rate:
    return Rate(**{"provider": "p", "channel": "sms", **changed})


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    first = draw(days)
    last = draw(st.none() | st.integers(0, 700).map(lambda n: first + timedelta(days=n)))
    return rate(
        country=draw(st.sampled_from(["", "US", "DE"])),
        from_volume=draw(st.integers(0, 1_000)),
        valid_from=first,
        valid_until=last,
        per_try=draw(amounts),
        per_success=draw(amounts),
        add_on=draw(amounts),
        surcharge=draw(amounts),
    )


def chosen(among: list[Rate], **asked: Any) -> Rate | None:
    return rate_for(
        among,
        **{"provider": "p", "channel": "sms", "country": "US", "on": DAY, "volume": 0, **asked},
    )


@given(rate=rates(), tries=counts, successes=counts)
def test_a_cost_is_a_whole_number_and_never_negative(
    rate: Rate, tries: int, successes: int
) -> None:
    cost = cost_of(rate, tries, successes)
    assert type(cost) is int
    assert cost >= 0


@given(rate=rates(), a=counts, b=counts, won_a=counts, won_b=counts)
def test_two_bills_together_are_the_bill_of_both(
    rate: Rate, a: int, b: int, won_a: int, won_b: int
) -> None:
    apart = cost_of(rate, a, won_a) + cost_of(rate, b, won_b)
    assert cost_of(rate, a + b, won_a + won_b) == apart


@given(among=st.lists(rates(), max_size=8), on=days, volumes=st.tuples(counts, counts))
def test_the_tier_that_holds_never_falls_while_the_volume_rises(
    among: list[Rate], on: date, volumes: tuple[int, int]
) -> None:
    low, high = sorted(volumes)
    # Among rates for one place and one day: what tiers are.
    tiers = [rate for rate in among if rate.country == "US" and rate.is_valid(on)]
    same = [Rate(**{**fields_of(tier), "valid_from": DAY, "valid_until": None}) for tier in tiers]
    below, above = chosen(same, volume=low), chosen(same, volume=high)
    if below is not None:
        assert above is not None
        assert below.from_volume <= above.from_volume <= high


@given(among=st.lists(rates(), max_size=8), on=days, volume=counts)
def test_what_holds_is_one_that_fits_and_nothing_beats_it(
    among: list[Rate], on: date, volume: int
) -> None:
    found = chosen(among, on=on, volume=volume)
    fit = [r for r in among if r.country != "DE" and r.is_valid(on) and r.from_volume <= volume]
    assert (found is None) == (not fit)
    if found is not None:
        assert found in fit
        if any(r.country == "US" for r in fit):
            assert found.country == "US"
        assert found.valid_from == max(r.valid_from for r in fit if r.country == found.country)


def fields_of(of: Rate) -> dict[str, Any]:
    return {name: getattr(of, name) for name in Rate.__slots__}


def test_a_country_comes_before_everywhere_a_newer_day_before_an_older_a_higher_tier_last() -> None:
    world = rate(valid_from=DAY, per_try=1)
    old = rate(country="US", valid_from=date(2025, 1, 1), per_try=2)
    new = rate(country="US", valid_from=date(2026, 1, 1), per_try=3)
    tier = rate(country="US", valid_from=date(2026, 1, 1), from_volume=1_000, per_try=4)
    later = rate(country="US", valid_from=date(2026, 4, 1), per_try=5)
    among = [world, old, new, tier, later]
    assert chosen(among) == new
    assert chosen(among, volume=999) == new
    assert chosen(among, volume=1_000) == tier
    assert chosen(among, on=date(2025, 6, 1)) == old
    assert chosen(among, country="DE") == world
    assert chosen(among, country="DE", on=date(2025, 6, 1)) is None
    assert chosen(among, provider="q") is None
    assert chosen(among, channel="voice") is None


def test_a_price_holds_on_its_first_and_last_day() -> None:
    one = rate(valid_from=DAY, valid_until=DAY)
    assert one.is_valid(DAY)
    assert not one.is_valid(DAY - timedelta(days=1))
    assert not one.is_valid(DAY + timedelta(days=1))


def test_the_parts_of_a_price_add_up() -> None:
    one = rate(per_try=7_500, add_on=50, surcharge=3_500, per_success=50_000)
    assert one.per_send == 11_050
    assert cost_of(one, 3, 1) == 3 * 11_050 + 50_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"per_try": -1},
        {"per_try": 0.5},
        {"per_try": True},
        {"add_on": MOST + 1},
        {"valid_from": DAY, "valid_until": DAY - timedelta(days=1)},
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"whole number|before"):
        rate(**wrong)


def test_less_than_nothing_costs_nothing_but_an_error() -> None:
    for tries, successes in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="must not be negative"):
            cost_of(rate(), tries, successes)


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0.00"),
        (8_800, "0.0088"),
        (352 * MICROS, "352.00"),
        (384_600_000, "384.60"),
        (1, "0.000001"),
        (-1_500_000, "-1.50"),
    ],
)
def test_dollars_are_written_out_without_rounding(micros: int, text: str) -> None:
    assert as_dollars(micros) == text


@given(day=st.dates(max_value=date(9999, 11, 30)))
def test_a_month_begins_on_its_first_and_ends_before_the_next(day: date) -> None:
    first, following = month_of(day)
    assert first <= day < following
    assert (first.day, following.day) == (1, 1)
    assert following - first <= timedelta(days=31)


def test_no_float_comes_near_the_money() -> None:
    for module in (PACKAGE / "core/money.py", PACKAGE / "channels/prices.py"):
        for node in ast.walk(tree(module)):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
            assert not isinstance(node, ast.Div)
            assert not (isinstance(node, ast.Name) and node.id in {"float", "round"})
    assert money.WHOLE == ("from_volume", "per_try", "per_success", "add_on", "surcharge")

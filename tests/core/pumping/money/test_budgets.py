"""Budgets and ceilings: the smaller a habit, the less may be spent on people nobody knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.money.budgets import decide_spend
from otpguard.core.pumping.money.spending import (
    NO_SUMS,
    OverBudget,
    PaidSend,
    Payable,
    SpendKey,
    SpendScope,
    SpendSums,
    all_keys,
)
from otpguard.core.pumping.money.terms import MoneyTerms

TERMS = MoneyTerms()
DEAR, MIDDLE, CHEAP = 150_000, 50_000, 10_000
COUNTRY = SpendKey(scope=SpendScope.COUNTRY, key="PK:stranger")
PREFIX = SpendKey(scope=SpendScope.PREFIX, key="+92300")
TENANT = SpendKey(scope=SpendScope.TENANT, key="t")
DEAR_POOL = SpendKey(scope=SpendScope.POOL, key="dear")
OTHERS = SpendKey(scope=SpendScope.POOL, key="others")


def send(micros: int = CHEAP, **changed: Any) -> PaidSend:
    """A message of a stranger of a tenant that has shown use."""
    base = PaidSend(
        prefix="+92300",
        country="PK",
        lane=SpendLane.STRANGER,
        tenant="t",
        is_strict=False,
        micros=micros,
    )
    return replace(base, **changed)


def reason(
    one: PaidSend,
    key: SpendKey,
    *,
    habit: int = 0,
    clean: bool = False,
    **sums: int,
) -> str:
    """Why a message is refused when one counter has so much already; "" if it is not."""
    done = decide_spend(
        one,
        sums={key: SpendSums(**sums)},
        habits={key: habit, COUNTRY: habit},
        terms=TERMS,
        is_clean=clean,
    )
    return done.reason if isinstance(done, OverBudget) else ""


def spends_to(one: PaidSend, key: SpendKey, limit: int, name: str, **more: Any) -> None:
    """The last micro-dollar of a day's limit passes, and not one more."""
    room = limit - one.micros
    assert reason(one, key, all_day=room, **more) == ""
    assert reason(one, key, all_day=room + 1, **more) == name


@pytest.mark.parametrize(
    ("one", "habit", "limit"),
    [
        (send(is_strict=True), 9_000_000, 500_000),
        (send(), 0, 750_000),
        (send(DEAR), 4_000_000, 2_000_000),
        (send(MIDDLE), 4_000_000, 2_000_000),
        (send(), 4_000_000, 4_000_000),
    ],
)
def test_a_country_has_a_budget_for_numbers_nobody_has_proven(
    one: PaidSend, habit: int, limit: int
) -> None:
    room = limit - one.micros
    assert reason(one, COUNTRY, habit=habit, unverified_day=room) == ""
    assert reason(one, COUNTRY, habit=habit, unverified_day=room + 1) == "country_budget"


@pytest.mark.parametrize(
    ("one", "habit", "limit"),
    [
        (send(is_strict=True), 9_000_000, 1_000_000),
        (send(), 0, 2_000_000),
        (send(lane=SpendLane.STRANGER), 1_000_000, 5_000_000),
    ],
)
def test_a_country_has_a_ceiling_on_all_money(one: PaidSend, habit: int, limit: int) -> None:
    spends_to(one, COUNTRY, limit, "country_day", habit=habit)


@pytest.mark.parametrize(("strict", "habit", "limit"), [(True, 9, 500_000), (False, 0, 1_000_000)])
def test_a_prefix_has_a_ceiling_whatever_the_lane(strict: bool, habit: int, limit: int) -> None:
    for lane in (SpendLane.KNOWN, SpendLane.INVITED, SpendLane.STRANGER):
        spends_to(send(is_strict=strict, lane=lane), PREFIX, limit, "prefix_day", habit=habit)
    spends_to(send(), PREFIX, 3_000_000, "prefix_day", habit=1_000_000)


@pytest.mark.parametrize(
    ("strict", "habit", "limit"),
    [(True, 0, 3_000_000), (False, 0, 10_000_000), (False, 4_000_000, 12_000_000)],
)
def test_strangers_of_a_tenant_have_a_ceiling(strict: bool, habit: int, limit: int) -> None:
    spends_to(send(is_strict=strict), TENANT, limit, "tenant_day", habit=habit)


def test_those_whom_a_tenant_invited_do_not_count_on_its_strangers() -> None:
    assert reason(send(lane=SpendLane.INVITED), TENANT, all_day=99_000_000) == ""


@pytest.mark.parametrize(("one", "pool"), [(send(DEAR), DEAR_POOL), (send(MIDDLE), OTHERS)])
def test_what_goes_beyond_half_a_habit_comes_out_of_a_pool_of_its_price_class(
    one: PaidSend, pool: SpendKey
) -> None:
    room = 1_500_000 - one.micros
    assert reason(one, pool, unverified_day=room) == ""
    assert reason(one, pool, unverified_day=room + 1) == "pool_budget"
    assert reason(one, pool, habit=2 * one.micros, unverified_day=room + 1) == "", "a habit"


@pytest.mark.parametrize(
    ("one", "pool", "limit"),
    [(send(DEAR), DEAR_POOL, 3_000_000), (send(MIDDLE), OTHERS, 10_000_000)],
)
def test_strangers_beyond_their_habit_have_a_pool_for_all_money(
    one: PaidSend, pool: SpendKey, limit: int
) -> None:
    spends_to(one, pool, limit, "pool_day")
    assert reason(replace(one, lane=SpendLane.KNOWN), pool, all_day=limit) == ""
    assert reason(send(), OTHERS, all_day=99_000_000) == "", "cheap messages are exempt"


def test_one_hour_may_take_three_quarters_of_a_day() -> None:
    assert reason(send(), COUNTRY, all_day=1_490_000, all_hour=1_490_000) == ""
    assert reason(send(), COUNTRY, all_day=1_490_001, all_hour=1_490_001) == "country_hour"


def test_an_empty_budget_has_three_places_a_day_and_one_an_hour_for_a_clean_ip() -> None:
    empty = {"unverified_day": 750_000}
    assert reason(send(), COUNTRY, clean=True, **empty) == ""
    assert reason(send(), COUNTRY, **empty) == "country_budget"
    assert reason(send(), COUNTRY, clean=True, places_day=3, **empty) == "country_budget"
    assert reason(send(), COUNTRY, clean=True, places_hour=1, **empty) == "country_budget"
    strict = send(is_strict=True)
    assert reason(strict, COUNTRY, clean=True, **empty) == "country_budget"


def test_the_reserve_is_not_for_a_prefix_that_is_being_tried() -> None:
    sums = {COUNTRY: SpendSums(unverified_day=750_000), PREFIX: SpendSums(unverified_day=20_001)}
    done = decide_spend(send(), sums=sums, habits={}, terms=TERMS, is_clean=True)
    assert isinstance(done, OverBudget)
    sums[PREFIX] = SpendSums(unverified_day=20_000)
    assert isinstance(
        decide_spend(send(), sums=sums, habits={}, terms=TERMS, is_clean=True), Payable
    )


def test_the_reserve_never_goes_beyond_a_ceiling() -> None:
    full = {"unverified_day": 750_000, "all_day": 2_000_000}
    assert reason(send(), COUNTRY, clean=True, **full) == "country_day"


def test_where_a_country_has_fired_only_the_reserve_is_left() -> None:
    fired = send(only_reserve=True)
    assert reason(fired, COUNTRY) == "only_reserve"
    assert reason(fired, COUNTRY, clean=True) == ""
    assert reason(fired, COUNTRY, clean=True, places_day=3) == "only_reserve"
    assert reason(replace(fired, is_strict=True), COUNTRY, clean=True) == "only_reserve"
    assert reason(replace(fired, is_first=False), COUNTRY) == "", "its first message has passed"


def test_a_released_number_passes_the_budget_of_its_country_and_nothing_wider() -> None:
    freed = send(is_released=True, only_reserve=True)
    assert reason(freed, COUNTRY, unverified_day=750_000) == ""
    assert reason(freed, COUNTRY, all_day=2_000_000) == "country_day"
    assert reason(freed, OTHERS, unverified_day=1_500_000) == "pool_budget"
    assert reason(freed, PREFIX, all_day=1_000_000) == "prefix_day"


@pytest.mark.parametrize(("one", "yields"), [(send(only_reserve=True), True), (send(), False)])
def test_only_what_is_said_of_a_whole_country_yields_to_a_release(
    one: PaidSend, *, yields: bool
) -> None:
    full = SpendSums(unverified_day=1_500_000)
    done = decide_spend(one, sums={OTHERS: full}, habits={}, terms=TERMS)
    assert isinstance(done, OverBudget)
    assert done.yields_to_release is yields


def test_a_further_message_counts_on_ceilings_alone() -> None:
    again = send(is_first=False)
    assert reason(again, COUNTRY, unverified_day=750_000) == ""
    assert reason(again, COUNTRY, all_day=2_000_000) == "country_day"
    done = decide_spend(again, sums={}, habits={}, terms=TERMS)
    assert isinstance(done, Payable)
    assert {entry.unverified_micros for entry in done.entries} == {0}


def test_the_warning_comes_with_the_message_that_reaches_seventy_percent() -> None:
    def warned(before: int) -> tuple[SpendKey, ...]:
        sums = {COUNTRY: SpendSums(all_day=before)}
        done = decide_spend(send(), sums=sums, habits={}, terms=TERMS)
        assert isinstance(done, Payable)
        return done.warned

    assert warned(1_389_999) == ()
    assert warned(1_390_000) == (COUNTRY,)
    assert warned(1_400_000) == ()


@given(
    prices=st.lists(st.integers(1, 400_000), max_size=120),
    habit=st.integers(0, 3_000_000),
    strict=st.booleans(),
    clean=st.booleans(),
)
def test_no_order_of_messages_spends_more_than_the_ceilings(
    prices: list[int], habit: int, strict: bool, clean: bool
) -> None:
    sums: dict[SpendKey, SpendSums] = {}
    for micros in prices:
        one = send(micros, is_strict=strict)
        done = decide_spend(one, sums=sums, habits={COUNTRY: habit}, terms=TERMS, is_clean=clean)
        for entry in done.entries if isinstance(done, Payable) else ():
            sums[entry.key] = sums.get(entry.key, NO_SUMS).plus(entry)
    ceiling = 1_000_000 if strict else max(2_000_000, 5 * habit)
    spent = sums.get(COUNTRY, NO_SUMS)
    assert spent.all_day == sums.get(PREFIX, NO_SUMS).all_day <= ceiling
    assert spent.unverified_day <= spent.all_day
    assert sums.get(DEAR_POOL, NO_SUMS).all_day <= TERMS.pool_all_dear


def test_the_counters_of_many_messages_have_one_order() -> None:
    many = [send(), send(DEAR), send(country="NG", prefix="+23480")]
    assert all_keys(many, TERMS) == sorted(set(all_keys(reversed(many), TERMS)))


@pytest.mark.parametrize("micros", [DEAR, MIDDLE])
@pytest.mark.parametrize("lane", [SpendLane.INVITED, SpendLane.KNOWN])
def test_strangers_never_empty_the_pool_of_people_who_were_invited_or_are_known(
    lane: SpendLane, micros: int
) -> None:
    theirs = {key.key for key in all_keys([send(micros)], TERMS)}
    own = {key.key for key in all_keys([send(micros, lane=lane, prefix="+92301")], TERMS)}
    assert own - {"t"} == own - theirs


def test_whoever_has_opened_a_link_shares_the_pool_of_strangers() -> None:
    assert OTHERS in all_keys([send(MIDDLE, lane=SpendLane.MAILED)], TERMS)

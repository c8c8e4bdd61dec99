"""Whether a message to an unproven number may be paid for: budgets and ceilings, in micro-dollars.

Every lane ends at an amount of money, whatever else was not noticed. What a country takes beyond
its habit comes out of a pool that countries of the same class share, so an attack on one of them
does not use up what the others are used to. An empty budget still leaves a few places to people
who look like nobody else does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from otpguard.core.pumping.lifting import LIFTED_BUDGETS
from otpguard.core.pumping.money.spending import (
    NO_SUMS,
    STRANGERS,
    OverBudget,
    PaidSend,
    Payable,
    PriceClass,
    SpendEntry,
    SpendKey,
    SpendSums,
    keys_of,
    price_class,
)
from otpguard.core.pumping.money.terms import MoneyTerms

_HOURS = 6
"""A sixth of a day's reserve may go in one hour."""
_CALM = 2
"""Unproven messages in a day up to which a prefix is calm."""
_WHOLE_SHARE = 100


def decide_spend(
    send: PaidSend,
    *,
    sums: Mapping[SpendKey, SpendSums],
    habits: Mapping[SpendKey, int],
    terms: MoneyTerms,
    is_clean: bool = False,
) -> Payable | OverBudget:
    """Whether one message may be paid for, and what it adds to which counters.

    `sums` are those of the counters now and `habits` their habits, nothing for one that is missing.
    `is_clean` says that the client IP may use the reserve.
    """
    prefix, country, pool, *tenant = keys_of(send, terms)
    case = _case(send, sums, habits.get(country, 0), terms)
    taken = case.taken_from_all()
    ceilings = _ceilings(case, taken, habits)
    over = _over_ceiling(ceilings, sums, terms)
    if over is not None:
        return over
    unverified = send.micros if send.is_first else 0
    short = case.what_is_short() if unverified else None
    if short is not None and not (is_clean and case.has_reserve()):
        return OverBudget(
            reason=short,
            key=pool if short == "pool_budget" else country,
            has_reserve=case.has_reserve(),
            yields_to_release=short in LIFTED_BUDGETS,
        )
    place = int(short is not None)
    from_pool = case.taken_from_unverified() if unverified and not place else 0
    entries = [
        SpendEntry(key=prefix, all_micros=send.micros, unverified_micros=unverified),
        SpendEntry(key=country, all_micros=send.micros, unverified_micros=unverified, places=place),
        *(SpendEntry(key=key, all_micros=send.micros) for key in tenant),
        SpendEntry(key=pool, all_micros=taken, unverified_micros=from_pool),
    ]
    return Payable(
        entries=_written(entries),
        warned=_warned(ceilings, sums, terms),
        by_release=send.is_released,
    )


def _case(
    send: PaidSend, sums: Mapping[SpendKey, SpendSums], habit: int, terms: MoneyTerms
) -> _Case:
    prefix, country, pool, *_tenant = keys_of(send, terms)
    return _Case(
        send=send,
        terms=terms,
        kind=price_class(send.micros, terms),
        habit=habit,
        here=sums.get(country, NO_SUMS),
        block=sums.get(prefix, NO_SUMS),
        shared=sums.get(pool, NO_SUMS),
    )


def _written(entries: Sequence[SpendEntry]) -> tuple[SpendEntry, ...]:
    return tuple(entry for entry in entries if entry.all_micros or entry.unverified_micros)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One message and what its counters have: `here` of its country and lane, `block` of its
    prefix, `shared` of its pool; `habit` of its country and lane."""

    send: PaidSend
    terms: MoneyTerms
    kind: PriceClass
    habit: int
    here: SpendSums
    block: SpendSums
    shared: SpendSums

    def prefix_ceiling(self, habit: int) -> int:
        terms = self.terms
        if self.send.is_strict:
            return terms.strict_prefix_all
        return max(terms.prefix_all, _share(habit, terms.prefix_all_habit))

    def country_ceiling(self) -> int:
        terms = self.terms
        if self.send.is_strict:
            return terms.strict_country_all
        cheap = self.kind is PriceClass.CHEAP
        share = terms.country_all_habit_cheap if cheap else terms.country_all_habit
        return max(terms.country_all, _share(self.habit, share))

    def tenant_ceiling(self, habit: int) -> int:
        terms = self.terms
        if self.send.is_strict:
            return terms.strict_tenant_all
        return max(terms.tenant_all, _share(habit, terms.tenant_all_habit))

    def pool_ceiling(self) -> int:
        dear = self.kind is PriceClass.DEAR
        return self.terms.pool_all_dear if dear else self.terms.pool_all_others

    def taken_from_all(self) -> int:
        """What lies beyond the country's habit, of strangers and where messages are not cheap."""
        send = self.send
        if send.is_strict or self.kind is PriceClass.CHEAP or send.lane not in STRANGERS:
            return 0
        return _beyond(self.here.all_day, send.micros, self.habit)

    def taken_from_unverified(self) -> int:
        """What lies beyond the country's share of its habit, on unproven numbers."""
        if self.send.is_strict:
            return 0
        line = _share(self.habit, self.terms.country_unverified_habit)
        return _beyond(self.here.unverified_day, self.send.micros, line)

    def what_is_short(self) -> str | None:
        """What has no room for an unproven number: all but the reserve where the country has fired,
        the country's budget, or that of its pool. The first two give way to a release."""
        if not self.send.is_released and (short := self._short_of_country()):
            return short
        dear = self.kind is PriceClass.DEAR
        shared = self.terms.pool_unverified_dear if dear else self.terms.pool_unverified_others
        beyond = self.taken_from_unverified()
        return "pool_budget" if beyond and self.shared.unverified_day + beyond > shared else None

    def _short_of_country(self) -> str | None:
        if self.send.only_reserve:
            return "only_reserve"
        terms, before = self.terms, self.here.unverified_day
        cheap = self.kind is PriceClass.CHEAP
        share = terms.country_unverified_habit_cheap if cheap else terms.country_unverified_habit
        most = max(terms.country_unverified, _share(self.habit, share))
        if self.send.is_strict:
            most = terms.strict_country_unverified
        return "country_budget" if before + self.send.micros > most else None

    def has_reserve(self) -> bool:
        """True while a place is left, and the prefix is calm."""
        terms, used_to = self.terms, self.habit // max(self.send.micros, 1)
        return (
            not self.send.is_strict
            and self.here.places_day < max(terms.reserve_per_day, used_to)
            and self.here.places_hour < max(terms.reserve_per_hour, used_to // _HOURS)
            and self.block.unverified_day <= _CALM * self.send.micros
        )


def _ceilings(
    case: _Case, taken: int, habits: Mapping[SpendKey, int]
) -> tuple[tuple[SpendKey, int, int], ...]:
    """Each counter, its ceiling, and what the message adds to it."""
    prefix, country, pool, *tenant = keys_of(case.send, case.terms)
    micros = case.send.micros
    return (
        (prefix, case.prefix_ceiling(habits.get(prefix, 0)), micros),
        (country, case.country_ceiling(), micros),
        *((key, case.tenant_ceiling(habits.get(key, 0)), micros) for key in tenant),
        (pool, case.pool_ceiling(), taken),
    )


def _over_ceiling(
    ceilings: Sequence[tuple[SpendKey, int, int]],
    sums: Mapping[SpendKey, SpendSums],
    terms: MoneyTerms,
) -> OverBudget | None:
    for key, most, micros in ceilings:
        had = sums.get(key, NO_SUMS)
        if micros and had.all_day + micros > most:
            return OverBudget(reason=f"{key.scope.value}_day", key=key)
        if micros and had.all_hour + micros > _share(most, terms.hour_share):
            return OverBudget(reason=f"{key.scope.value}_hour", key=key)
    return None


def _warned(
    ceilings: Sequence[tuple[SpendKey, int, int]],
    sums: Mapping[SpendKey, SpendSums],
    terms: MoneyTerms,
) -> tuple[SpendKey, ...]:
    """The counters that reach the warning share of their ceiling with this message."""
    found = []
    for key, most, micros in ceilings:
        before, line = sums.get(key, NO_SUMS).all_day, _share(most, terms.warning_share)
        if before < line <= before + micros:
            found.append(key)
    return tuple(found)


def _share(micros: int, percent: int) -> int:
    return micros * percent // _WHOLE_SHARE


def _beyond(before: int, micros: int, line: int) -> int:
    """The part of an amount that lies above a line, after what was before."""
    return max(0, before + micros - line) - max(0, before - line)

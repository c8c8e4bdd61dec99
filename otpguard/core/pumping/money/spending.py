"""What is counted when a message to an unproven number is paid for: values, in micro-dollars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.money.terms import MoneyTerms

STRANGERS = frozenset({SpendLane.STRANGER, SpendLane.MAILED})
"""The lanes of people whom nobody knows."""


class PriceClass(StrEnum):
    """How much one message costs."""

    CHEAP = "cheap"
    MIDDLE = "middle"
    DEAR = "dear"


class SpendScope(StrEnum):
    """What an amount is counted by."""

    PREFIX = "prefix"
    COUNTRY = "country"
    TENANT = "tenant"
    POOL = "pool"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SpendKey:
    """One counter: of a prefix, of a country in a lane, of a tenant, of a pool of the site."""

    scope: SpendScope
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidSend:
    """One message that is about to be paid for: `micros` is what it is expected to cost.

    `is_first` tells the first message of a challenge from a fallback and a resend, which count on
    ceilings alone. `prefix` and `country` are of its number; `tenant` is empty for the site.
    `only_reserve` tells that its country or area code has fired, so that no more than the reserve
    is left for it; `is_released` that support has released the number.
    """

    prefix: str
    country: str
    lane: SpendLane
    tenant: str
    is_strict: bool
    micros: int
    is_first: bool = True
    only_reserve: bool = False
    is_released: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendSums:
    """What one counter has of the last day and the last hour."""

    all_day: int = 0
    all_hour: int = 0
    unverified_day: int = 0
    places_day: int = 0
    places_hour: int = 0

    def plus(self, entry: SpendEntry) -> SpendSums:
        """With one more entry of now."""
        return SpendSums(
            all_day=self.all_day + entry.all_micros,
            all_hour=self.all_hour + entry.all_micros,
            unverified_day=self.unverified_day + entry.unverified_micros,
            places_day=self.places_day + entry.places,
            places_hour=self.places_hour + entry.places,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendEntry:
    """What one message adds to one counter."""

    key: SpendKey
    all_micros: int = 0
    unverified_micros: int = 0
    places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """It may be paid for. `warned` are the counters whose warning share it has just reached;
    `by_release` tells that it may only because support has released the number."""

    entries: tuple[SpendEntry, ...]
    warned: tuple[SpendKey, ...] = ()
    by_release: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OverBudget:
    """It may not. `reason` names the amount that is used up, `key` its counter.

    `has_reserve` tells that a place of the reserve is left, for a client IP that is clean;
    `yields_to_release` that a number which support has released may be paid for.
    """

    reason: str
    key: SpendKey
    has_reserve: bool = False
    yields_to_release: bool = False


NO_SUMS = SpendSums()


def price_class(micros: int, terms: MoneyTerms) -> PriceClass:
    """The class of one message's price."""
    if micros <= terms.cheap_up_to:
        return PriceClass.CHEAP
    return PriceClass.DEAR if micros >= terms.dear_from else PriceClass.MIDDLE


def keys_of(send: PaidSend, terms: MoneyTerms) -> tuple[SpendKey, ...]:
    """The counters that a message is counted by: prefix, country in its lane, tenant, pool.

    Lanes of strangers share a pool; each other lane has its own, which no stranger can empty.
    """
    dear = price_class(send.micros, terms) is PriceClass.DEAR
    pool = "dear" if dear else "others"
    if send.lane not in STRANGERS:
        pool = f"{pool}:{send.lane.value}"
    found = [
        SpendKey(scope=SpendScope.PREFIX, key=send.prefix),
        SpendKey(scope=SpendScope.COUNTRY, key=f"{send.country}:{send.lane.value}"),
        SpendKey(scope=SpendScope.POOL, key=pool),
    ]
    if send.tenant and send.lane in STRANGERS:
        found.append(SpendKey(scope=SpendScope.TENANT, key=send.tenant))
    return tuple(found)


def all_keys(sends: Iterable[PaidSend], terms: MoneyTerms) -> list[SpendKey]:
    """The counters of many messages, each once, in the order in which they are locked."""
    return sorted({key for send in sends for key in keys_of(send, terms)})

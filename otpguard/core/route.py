"""What a route is, why it may not be used, and for which situation one is chosen: values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.assurance import Channel
from otpguard.core.codes import CODE_DIGITS

PAPERS = frozenset({"BAA", "PCI", "DPA"})
"""The agreements with vendors that matter: HIPAA's business associate agreement, an attestation of
compliance with PCI DSS, and a data processing agreement (GDPR, article 28)."""

PAPER_FOR: Mapping[str, str] = MappingProxyType({"health": "BAA", "payments": "PCI", "eu": "DPA"})
"""What a tag of a tenant, in lower case, demands of the vendors that carry its codes."""

TEST_ROUTE = "test number"
"""The provider's name in the plan, the rows and the log of a number of OTPGUARD["TEST_NUMBERS"]: a
message over it is never sent."""

_ONLY = re.compile(r"([a-z]{2,8})-only")
_OWN_REGION = "residency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One (channel, provider). `receipts` says whether the provider sends receipts.

    `remote` says that the vendor makes the code and checks it; `code_length` is how long the codes
    are, 0 if unknown. `countries` and `tenants` (slugs) narrow whom it is for, unless empty.
    `regions` are all places where what it is given may be kept, empty if unknown. `papers` are
    (name, last day), None without an end. Within a channel `priority` and then `cost_micros`
    decide, the lowest first. `own_sender` says that WhatsApp goes out by a business account of the
    site's own, also without a record of it.
    """

    channel: Channel
    provider: str
    receipts: bool = False
    remote: bool = False
    code_length: int = CODE_DIGITS
    countries: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    papers: tuple[tuple[str, date | None], ...] = ()
    priority: int = 0
    cost_micros: int = 0
    own_sender: bool = False

    @property
    def has_short_codes(self) -> bool:
        """True when its codes are too short for more than AAL1 (NIST SP 800-63B-4, 3.1.3.2)."""
        return self.code_length < CODE_DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Something that an operator has switched off; an empty field means any."""

    provider: str = ""
    channel: str = ""
    country: str = ""

    def covers(self, route: Route, country: str) -> bool:
        """True when it stops this route to this country."""
        return (
            self.provider in {"", route.provider}
            and self.channel in {"", route.channel.value}
            and self.country in {"", country}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedRoute:
    """A route that its breaker has paused. Without a country it is paused to every one."""

    provider: str
    channel: str
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """For whom and where a route is looked for, and how the routes are doing.

    `country` (ISO 3166) is that of the number; `tenant` a slug. `day` decides which papers have
    expired: without one every dated paper has. `senders` are the WhatsApp senders that count here,
    by provider, and whether each may carry codes. `waiting` are the routes whose vendors asked us
    to wait, and how much longer. `unproven` is a number that nobody has shown to be theirs.
    """

    country: str = ""
    tenant: str = ""
    region: str = ""
    tags: frozenset[str] = frozenset()
    day: date = date.max
    paused: frozenset[PausedRoute] = frozenset()
    waiting: Mapping[PausedRoute, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    switches: tuple[Switch, ...] = ()
    senders: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    unproven: bool = False


class WhyUnused(StrEnum):
    """Why a route is not used."""

    NOT_WANTED = "not_wanted"
    NOT_REACHABLE = "not_reachable"
    TOO_WEAK = "too_weak"
    OTHER_COUNTRY = "other_country"
    OTHER_TENANT = "other_tenant"
    RESIDENCY = "residency"
    PAPER = "paper"
    SENDER = "sender"
    SWITCHED_OFF = "switched_off"
    PAUSED = "paused"
    WAITING = "waiting"
    SHORT_CODE = "short_code"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChoice:
    """What became of one route: it is used when `why_unused` is None.

    `detail` names the paper or region that is missing. `generic` flags WhatsApp by a vendor's
    sender, which people do not know.
    """

    route: Route
    why_unused: WhyUnused | None = None
    detail: str = ""
    generic: bool = False


def demanded_papers(tags: frozenset[str]) -> frozenset[str]:
    """The papers that a tenant's tags demand; their case does not matter."""
    return frozenset(PAPER_FOR[tag.lower()] for tag in tags if tag.lower() in PAPER_FOR)


def demanded_regions(tags: frozenset[str], region: str) -> frozenset[str]:
    """Where alone a tenant's data may be kept; empty for anywhere.

    "US-only" names a region, "residency" means the tenant's own. Two different ones leave no region
    at all, and then `why_unused` rules out every route.
    """
    named = {found[1].upper() for tag in tags if (found := _ONLY.fullmatch(tag.lower()))}
    if _OWN_REGION in {tag.lower() for tag in tags}:
        named.add(region.upper())
    return frozenset(named)


def admits(demanded: Iterable[str], region: str) -> bool:
    """Whether data for which these regions are demanded may lie in `region`."""
    return all(each == region.upper() for each in demanded)


def why_unused(route: Route, situation: Situation) -> tuple[WhyUnused, str] | None:
    """Why a route is not used here, whatever policy is asked: the reason and its detail.

    None for a route that may be used.
    """
    # E-mail goes to no country.
    country = "" if route.channel is Channel.EMAIL else situation.country
    if route.channel is not Channel.EMAIL and route.countries and country not in route.countries:
        return WhyUnused.OTHER_COUNTRY, country
    if route.tenants and situation.tenant not in route.tenants:
        return WhyUnused.OTHER_TENANT, situation.tenant
    for region in sorted(demanded_regions(situation.tags, situation.region)):
        if route.regions != {region}:
            return WhyUnused.RESIDENCY, region
    good = {name for name, until in route.papers if until is None or until >= situation.day}
    missing = demanded_papers(situation.tags) - good
    if missing:
        return WhyUnused.PAPER, min(missing)
    if route.channel is Channel.WHATSAPP and not situation.senders.get(route.provider, True):
        return WhyUnused.SENDER, route.provider
    if any(switch.covers(route, country) for switch in situation.switches):
        return WhyUnused.SWITCHED_OFF, ""
    pauses = {
        PausedRoute(provider=route.provider, channel=route.channel.value, country=each)
        for each in ("", country)
    }
    if not pauses.isdisjoint(situation.paused):
        return WhyUnused.PAUSED, ""
    return None if pauses.isdisjoint(situation.waiting) else (WhyUnused.WAITING, "")


def without_short_waits(situation: Situation, life: timedelta) -> Situation:
    """The situation for a message that can wait so long: it passes over no route for a wait that
    ends before."""
    longer = {route: wait for route, wait in situation.waiting.items() if wait >= life}
    return replace(situation, waiting=longer)


def is_generic(route: Route, situation: Situation) -> bool:
    """True for WhatsApp by a sender of the vendor's, neither recorded nor configured as ours."""
    return (
        route.channel is Channel.WHATSAPP
        and not route.own_sender
        and route.provider not in situation.senders
    )

"""What a route is, what may stand against it, and in what situation one is looked for: values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from otpguard.core.assurance import Channel

PAPERS = frozenset({"BAA", "PCI", "DPA"})
"""The agreements with vendors that matter: HIPAA's business associate agreement, an attestation of
compliance with PCI DSS, and a data processing agreement (GDPR, article 28)."""

PAPER_FOR: Mapping[str, str] = MappingProxyType({"health": "BAA", "payments": "PCI", "eu": "DPA"})
"""What a tag of a tenant, in lower case, demands of whoever carries its codes."""

_ONLY = re.compile(r"([a-z]{2,8})-only")
_OWN_REGION = "residency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One (channel, provider). `receipts` says whether the provider reports deliveries.

    `remote` says that the vendor makes the code and checks it. `countries` and `tenants` (slugs)
    narrow whom it is for, unless empty. `regions` are all places where what it is given may be
    kept, none for unknown. `papers` are (name, last day), None for no end. Within a channel
    `priority` and then `cost_micros` decide, the lowest first. `own_sender` says that WhatsApp goes
    out by a business account of the site's own, also without a record of it.
    """

    channel: Channel
    provider: str
    receipts: bool = False
    remote: bool = False
    countries: frozenset[str] = frozenset()
    tenants: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    papers: tuple[tuple[str, date | None], ...] = ()
    priority: int = 0
    cost_micros: int = 0
    own_sender: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Something that an operator has switched off; what is empty means any."""

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
class Resting:
    """A route whose breaker is open. Without a country it rests to every one."""

    provider: str
    channel: str
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """For whom and where a route is looked for, and how the routes are doing.

    `country` (ISO 3166) is that of the number; `tenant` a slug. `day` decides which papers have
    expired: without one every dated paper has. `senders` are the WhatsApp senders that count here,
    by provider, and whether each may carry codes. `unproven` is a number that nobody has shown to
    be theirs.
    """

    country: str = ""
    tenant: str = ""
    region: str = ""
    tags: frozenset[str] = frozenset()
    day: date = date.max
    resting: frozenset[Resting] = frozenset()
    switches: tuple[Switch, ...] = ()
    senders: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    unproven: bool = False


class Drop(StrEnum):
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
    RESTING = "resting"
    NOT_BESIDE_OWN = "not_beside_own"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one route: used when `drop` is None.

    `detail` names the paper or region that is missing. `generic` flags WhatsApp by a vendor's
    sender, which people do not know.
    """

    route: Route
    drop: Drop | None = None
    detail: str = ""
    generic: bool = False


def demanded_papers(tags: frozenset[str]) -> frozenset[str]:
    """The papers that a tenant's tags demand; their case does not matter."""
    return frozenset(PAPER_FOR[tag.lower()] for tag in tags if tag.lower() in PAPER_FOR)


def demanded_regions(tags: frozenset[str], region: str) -> frozenset[str]:
    """Where alone a tenant's data may be kept; empty for anywhere.

    "US-only" names a region, "residency" means the tenant's own. Two different ones leave nowhere,
    which `closed_by` takes at its word.
    """
    named = {found[1].upper() for tag in tags if (found := _ONLY.fullmatch(tag.lower()))}
    if _OWN_REGION in {tag.lower() for tag in tags}:
        named.add(region.upper())
    return frozenset(named)


def closed_by(route: Route, situation: Situation) -> tuple[Drop, str] | None:
    """What stands against a route here, whatever policy is asked: the reason and its detail.

    None for an open one.
    """
    # Mail goes to no country.
    country = "" if route.channel is Channel.EMAIL else situation.country
    if route.channel is not Channel.EMAIL and route.countries and country not in route.countries:
        return Drop.OTHER_COUNTRY, country
    if route.tenants and situation.tenant not in route.tenants:
        return Drop.OTHER_TENANT, situation.tenant
    for region in sorted(demanded_regions(situation.tags, situation.region)):
        if route.regions != {region}:
            return Drop.RESIDENCY, region
    good = {name for name, until in route.papers if until is None or until >= situation.day}
    missing = demanded_papers(situation.tags) - good
    if missing:
        return Drop.PAPER, min(missing)
    if route.channel is Channel.WHATSAPP and not situation.senders.get(route.provider, True):
        return Drop.SENDER, route.provider
    if any(switch.covers(route, country) for switch in situation.switches):
        return Drop.SWITCHED_OFF, ""
    rests = {
        Resting(provider=route.provider, channel=route.channel.value, country=each)
        for each in ("", country)
    }
    return None if rests.isdisjoint(situation.resting) else (Drop.RESTING, "")


def is_generic(route: Route, situation: Situation) -> bool:
    """True for WhatsApp by a sender of the vendor's, neither recorded nor configured as ours."""
    return (
        route.channel is Channel.WHATSAPP
        and not route.own_sender
        and route.provider not in situation.senders
    )

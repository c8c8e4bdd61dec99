"""Routes and vendors: when one rests or is switched off, and when an operator is needed."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    API_ACTIVITY,
    ENTITY_MANAGEMENT,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("route.opened", _("A route was taken out of use"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOpened(Event):
    """The breaker opened: too many failures, too slow, or a vendor that refuses us."""

    provider: str
    channel: str
    country: str
    reason: str
    until: str


@event("route.closed", _("A route is in use again"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RouteClosed(Event):
    """A trial succeeded, or an operator said so, with a reason."""

    provider: str
    channel: str
    country: str
    reason: str = ""


@event("route.switched", _("A route was switched by an operator"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSwitched(Event):
    """A channel, a provider or a country was switched off, or on again."""

    provider: str
    channel: str
    country: str
    off: bool
    reason: str


@event("provider.alarmed", _("A provider needs an operator"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAlarmed(Event):
    """Credentials or balance: nothing that trying again would mend."""

    provider: str
    failure: str
    reason: str


@event("receipt.rejected", _("A receipt was rejected"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRejected(Event):
    """A report without a valid signature, too old, or not readable; `count` in this row."""

    provider: str
    reason: str
    count: int = 1


@event("sender.changed", _("A sender was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class SenderChanged(Event):
    """A 10DLC registration or a WhatsApp sender changed."""

    kind: str
    provider: str
    name: str
    status: str
    removed: bool = False
    reason: str = ""


@event("price.changed", _("A price was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Event):
    """What a route costs from a day on."""

    provider: str
    channel: str
    country: str
    valid_from: str
    removed: bool = False

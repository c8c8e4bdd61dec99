"""Routes and vendors: when one is paused or switched off, and when an operator is needed."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    API_ACTIVITY,
    ENTITY_MANAGEMENT,
    HIGH,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("route.paused", _("A route was paused"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RoutePaused(Event):
    """Too many failures, too slow, a vendor that refuses us, or an operator said so."""

    provider: str
    channel: str
    country: str
    reason: str
    until: str


@event("route.resumed", _("A route is in use again"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RouteResumed(Event):
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


@event(
    "provider.alarmed",
    _("A provider needs an operator"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, severity=HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAlarmed(Event):
    """Credentials or balance: nothing that trying again would mend. `scope` says what it concerns,
    and `probable` that we only suppose what the vendor's answer means."""

    provider: str
    failure: str
    reason: str
    scope: str
    probable: bool


@event(
    "receipt.rejected",
    _("A receipt was rejected"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRejected(Event):
    """A receipt without a valid signature, too old, or not readable; `count` in this row."""

    provider: str
    reason: str
    count: int = 1


@event("sender.changed", _("A sender was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class SenderChanged(Event):
    """A 10DLC registration or a WhatsApp sender changed; `source` says who told us: an operator,
    or the vendor when it was asked or by itself."""

    kind: str
    provider: str
    name: str
    status: str
    removed: bool = False
    reason: str = ""
    source: str = "operator"


@event("price.changed", _("A price was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Event):
    """What a route costs from a day on."""

    provider: str
    channel: str
    country: str
    valid_from: str
    removed: bool = False

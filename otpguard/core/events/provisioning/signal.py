"""What identity providers tell of people, and the streams by which they do."""

from __future__ import annotations

from dataclasses import dataclass, field

from otpguard.core.events.base import AUTHENTICATION, ENTITY_MANAGEMENT, OTHER_ACTIVITY, Event, Ocsf
from otpguard.core.events.base import event as registered
from otpguard.core.text import gettext_noop as _


@registered("signal_stream.changed", _("A signal stream was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalStreamChanged(Event):
    """It was added, changed, switched or removed; `changed` are the columns, never a secret."""

    stream: str
    name: str
    changed: list[str] = field(default_factory=list)
    removed: bool = False
    reason: str = ""


@registered(
    "signal.received",
    _("An identity provider told of a security event"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceived(Event):
    """One event for each person it is about, and one without a subject if we know none of them.

    `signal` is its name there, `said_reason` the provider's own words. What it touched until
    `touched_until` has ended: `count` proofs and `sessions` logins.
    """

    stream: str
    signal: str
    touched_until: str
    said_reason: str = ""
    count: int = 0
    sessions: int = 0


@registered(
    "signal.refused",
    _("A security event of an identity provider was refused"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRefused(Event):
    """A transmitter that has shown its secret sent what does not count."""

    stream: str
    fault: str

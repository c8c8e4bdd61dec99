"""Grants, login sessions and holds."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    AUTHENTICATION,
    AUTHORIZE_SESSION,
    ENTITY_MANAGEMENT,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("grant.issued", _("A confirmation began to count"), Ocsf(AUTHORIZE_SESSION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantIssued(Event):
    """A proof was recorded for this login session."""

    grant: str
    method: str
    bound: bool


@event("grant.revoked", _("Confirmations were ended"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRevoked(Event):
    """Proofs ended before their time."""

    reason: str
    count: int
    grant: str = ""


@event("session.started", _("A login session began"), Ocsf(AUTHENTICATION, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Event):
    """Somebody logged in; `primary` is what the session was opened with."""

    backend: str
    primary: str


@event("session.ended", _("A login session ended"), Ocsf(AUTHENTICATION, 2))
@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """Somebody logged out, or an operator ended it; the session's grants ended with it."""

    grants_revoked: int
    reason: str = ""


@event("hold.started", _("A hold began"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStarted(Event):
    """A wait was put on a membership's checkpoint."""

    until: str
    reason: str


@event("hold.lifted", _("A hold was lifted"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(Event):
    """A wait was ended early by somebody else than the one it bound."""

    reason: str


@event("device.remembered", _("A device was remembered"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemembered(Event):
    """A browser proved a factor for the first time."""

    device: str
    name: str


@event("device.revoked", _("A device was forgotten"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRevoked(Event):
    """A person or an operator forgot a browser: it is a stranger again."""

    device: str
    name: str
    reason: str

"""Events of emergency envelopes. A drill writes the same ones, marked as a drill."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    AUTHORIZE_SESSION,
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


@event("break_glass.prepared", _("An emergency envelope was made"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeMade(Event):
    """Codes were made and shown once; an older envelope of the tenant ended."""

    envelope: str
    checkpoints: list[str]
    reason: str


@event(
    "break_glass.rejected",
    _("A wrong emergency code was entered"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeCodeRejected(Event):
    """Somebody entered what is no unused code of the tenant's envelope."""


@event(
    "break_glass.entered", _("An emergency code was used"), Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EnvelopeCodeUsed(Event):
    """One person used one code; `left` are unused."""

    envelope: str
    drill: bool
    left: int


@event(
    "break_glass.opened",
    _("Emergency access began"),
    Ocsf(AUTHORIZE_SESSION, 1, OcsfStatus.SUCCESS, HIGH),
    people=("people",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyOpened(Event):
    """Enough people entered a code: these checkpoints are open to them until then."""

    access: str
    checkpoints: list[str]
    people: list[str]
    until: str
    drill: bool
    reason: str


@event(
    "break_glass.passed",
    _("Somebody passed by emergency access"),
    Ocsf(AUTHORIZE_SESSION, 1, OcsfStatus.SUCCESS, HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyPassed(Event):
    """A request that lacked a proof passed."""

    access: str


@event("break_glass.closed", _("Emergency access ended"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyClosed(Event):
    """Its time was over, or somebody ended it before."""

    access: str
    early: bool
    drill: bool

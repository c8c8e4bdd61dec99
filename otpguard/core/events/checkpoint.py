"""What the guard answered."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    AUTHENTICATION,
    AUTHORIZE_SESSION,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("checkpoint.required", _("A confirmation was asked for"), Ocsf(AUTHENTICATION, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointRequired(Event):
    """A request was stopped until a factor is proven or enrolled; `count` requests in this row."""

    level: str
    reason: str
    enrollment: bool = False
    count: int = 1


@event(
    "checkpoint.held",
    _("A hold stopped a request"),
    Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointHeld(Event):
    """A request came while a hold was running."""

    until: str
    count: int = 1


@event(
    "checkpoint.denied",
    _("A request was refused"),
    Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointDenied(Event):
    """A request was refused and no proof would have helped."""

    reason: str
    count: int = 1


@event("checkpoint.passed", _("A request passed"), Ocsf(AUTHORIZE_SESSION, 1, OcsfStatus.SUCCESS))
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointPassed(Event):
    """The first pass of one proof at one checkpoint, or each use of a bound proof."""

    grant: str
    method: str
    level: str
    bound: bool = False


@event(
    "checkpoint.reported", _("A request passed in report-only mode"), Ocsf(AUTHORIZE_SESSION, 99)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointReported(Event):
    """A request passed that would have been refused, because the site only reports here."""

    level: str
    reason: str
    count: int = 1

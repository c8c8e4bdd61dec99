"""Streams of events to other systems: what was done to one, and how it goes."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
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

_CREATE, _UPDATE, _DELETE = 1, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFields:
    """Which stream: its id, its name, the kind of its receiver and the receiver's host."""

    siem: str
    name: str
    sink: str
    host: str


@event("siem.created", _("An event stream was created"), Ocsf(ENTITY_MANAGEMENT, _CREATE))
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCreated(StreamFields, Event):
    """Events go to this receiver from now on, or from the first event of the log."""

    region: str
    from_beginning: bool


@event(
    "siem.paused",
    _("An event stream was paused"),
    Ocsf(ENTITY_MANAGEMENT, _UPDATE, severity=MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPaused(StreamFields, Event):
    """Nothing is sent until it goes on; no event is lost."""

    reason: str


@event("siem.resumed", _("An event stream goes on"), Ocsf(ENTITY_MANAGEMENT, _UPDATE))
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResumed(StreamFields, Event):
    """It goes on where it was paused."""


@event(
    "siem.secret_replaced",
    _("The secret of an event stream was replaced"),
    Ocsf(ENTITY_MANAGEMENT, _UPDATE, severity=MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSecretReplaced(StreamFields, Event):
    """A webhook is signed by a new secret; `until` then by the old one too."""

    until: str


@event(
    "siem.removed",
    _("An event stream was removed"),
    Ocsf(ENTITY_MANAGEMENT, _DELETE, severity=HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRemoved(StreamFields, Event):
    """Nothing is sent there any more. `refused` events of it were never taken."""

    reason: str
    refused: int


@event("siem.tested", _("A test event was sent"), Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTested(StreamFields, Event):
    """This event is the test: it arrives as any other does."""


@event("siem.replayed", _("Refused events are sent again"), Ocsf(ENTITY_MANAGEMENT, _UPDATE))
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamReplayed(StreamFields, Event):
    """So many events that the receiver had refused are offered to it once more."""

    count: int


@event(
    "siem.refused",
    _("A receiver refuses an event"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRefused(StreamFields, Event):
    """The stream went on without it; it can be sent again."""

    event: str
    reason: str


@event(
    "siem.failed",
    _("An event stream does not get through"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY, OcsfStatus.FAILURE, HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFailed(StreamFields, Event):
    """Nothing arrived for a while, and people were told. It is tried on."""

    since: str
    reason: str


@event(
    "siem.recovered",
    _("An event stream works again"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY, OcsfStatus.SUCCESS),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRecovered(StreamFields, Event):
    """After `siem.failed`: the receiver takes events again, all that waited first."""

    since: str

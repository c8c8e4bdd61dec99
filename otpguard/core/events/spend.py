"""Money spent on numbers that nobody has proven: warnings, closed channels, lock-downs."""

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
    event,
)
from otpguard.core.text import gettext_noop as _


@event("spend.warned", _("A spending limit is almost reached"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class SpendWarned(Event):
    """What is spent on one scope in a day has reached the warning share of its ceiling."""

    scope: str
    key: str
    percent: int


@event(
    "channel.closed",
    _("Paid channels were closed"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, severity=MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelClosed(Event):
    """Too much was lost on unproven numbers of one scope: a prefix, a country, or all of them."""

    scope: str
    key: str
    lost_micros: int
    until: str


@event("channel.reopened", _("Paid channels are open again"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReopened(Event):
    """A message on trial was proven, or an operator said so."""

    scope: str
    key: str
    reason: str


@event(
    "lockdown.started", _("Sign-ups were locked down"), Ocsf(ENTITY_MANAGEMENT, 3, severity=HIGH)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class LockdownStarted(Event):
    """No paid message goes to visitors until it ends."""

    lockdown: str
    until: str
    reason: str


@event("lockdown.lifted", _("A lock-down of sign-ups was lifted"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class LockdownLifted(Event):
    """An operator said that it may end; `ended` tells that it was the second one."""

    lockdown: str
    ended: bool
    reason: str

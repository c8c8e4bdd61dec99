"""Limits on codes to new numbers that operators raised."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event("cap.raised", _("A limit on codes was raised"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class CapWasRaised(Event):
    """Up to `limit` instead of `usual` codes may go out until a date; `key` is the one IP network
    or prefix that it is for, empty for all."""

    cap_raise: str
    row: str
    key: str
    usual: int
    limit: int
    reason: str
    expires_at: str


@event("cap.raise_ended", _("A raised limit on codes was taken back"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class CapRaiseEnded(Event):
    """An operator ended it before its date."""

    cap_raise: str
    row: str
    key: str
    limit: int
    reason: str

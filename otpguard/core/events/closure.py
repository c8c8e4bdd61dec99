"""The closing of an organization: asked for, canceled or done."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, OTHER_ACTIVITY, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event("closure.asked", _("Closing an organization was asked for"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureAsked(Event):
    """An administrator who has stepped up asked to close the organization; all were told."""

    held_until: str
    told: int


@event(
    "closure.canceled",
    _("Closing an organization was canceled"),
    Ocsf(ENTITY_MANAGEMENT, 3),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureCanceled(Event):
    """Nothing was closed. `reason` is "link" by the link of a notice, "role" when who had asked is
    no administrator any more, and empty for an administrator on a page."""

    held_until: str
    reason: str


@event("closure.done", _("An organization was closed"), Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureDone(Event):
    """The wait was over and nobody had canceled: the organization is suspended."""

    held_until: str

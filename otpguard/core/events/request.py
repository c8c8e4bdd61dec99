"""Requests that were kept until their sender was known."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    API_ACTIVITY,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("request.held", _("A request was kept"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHeld(Event):
    """A form was kept, encrypted, until its sender has proven who they are."""

    fields: int
    withheld: int


@event("request.continued", _("A kept request was continued"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContinued(Event):
    """The sender pressed Continue on the page that names the action."""


@event("request.rejected", _("A kept request was rejected"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRejected(Event):
    """A kept request was used before, expired, foreign or tampered with."""

    reason: str

"""Forms that were kept until their sender had proven who they are."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    API_ACTIVITY,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("form.kept", _("A form was kept"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class FormKept(Event):
    """A form was kept, encrypted, until its sender has proven who they are."""

    fields: int
    withheld: int


@event("form.continued", _("A kept form was continued"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class FormContinued(Event):
    """The sender pressed Continue on the page that names the action."""


@event(
    "form.rejected",
    _("A kept form was rejected"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class FormRejected(Event):
    """A kept form was used before, expired, foreign or tampered with."""

    reason: str

"""Notices: what people were told, and where else they want to be told."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    API_ACTIVITY,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("notice.sent", _("A notice was sent"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """Somebody was told what happened, over a channel of its own.

    To a `test_number` nothing left.
    """

    notice: str
    channel: str
    test_number: bool = False


@event(
    "notice.failed",
    _("A notice could not be sent"),
    Ocsf(API_ACTIVITY, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed(Event):
    """All tries to tell somebody failed."""

    notice: str
    channel: str
    reason: str


@event(
    "email.added",
    _("An e-mail address for notices was added"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAdded(Event):
    """A person named a further e-mail address; it counts once it is confirmed."""


@event(
    "email.confirmed", _("An e-mail address for notices was confirmed"), Ocsf(ACCOUNT_CHANGE, 99)
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmed(Event):
    """The reader of that mailbox confirmed it."""


@event("email.removed", _("An e-mail address for notices was removed"), Ocsf(ACCOUNT_CHANGE, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailRemoved(Event):
    """A person took a further e-mail address away; it still gets notices for three days."""

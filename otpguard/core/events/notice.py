"""Notices: what people were told, and where else they want to be told."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    API_ACTIVITY,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("notice.sent", _("A notice was sent"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """Somebody was told what happened, over a channel of its own."""

    notice: str
    channel: str


@event("notice.failed", _("A notice could not be sent"), Ocsf(API_ACTIVITY, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed(Event):
    """All tries to tell somebody failed."""

    notice: str
    channel: str
    reason: str


@event("address.added", _("A notice address was added"), Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class AddressAdded(Event):
    """A person named a further address; it counts once it is confirmed."""


@event("address.confirmed", _("A notice address was confirmed"), Ocsf(ACCOUNT_CHANGE, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class AddressConfirmed(Event):
    """Whoever reads that mailbox confirmed it."""


@event("address.removed", _("A notice address was removed"), Ocsf(ACCOUNT_CHANGE, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRemoved(Event):
    """A person took a further address away; it still gets notices for three days."""

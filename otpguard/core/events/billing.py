"""Billing changes of a tenant, and the locks that people put on them."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event("billing.changed", _("How an organization pays was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class BillingChanged(Event):
    """The host reported a change; `before` and `after` are masked, `people` were told."""

    change: str
    field: str
    before: str
    after: str
    people: int


@event("billing.locked", _("Billing changes were locked"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class BillingLocked(Event):
    """Somebody who was told of a change said by the link of their notice that it was wrong."""

    change: str
    until: str


@event("billing.lifted", _("A lock of billing changes was lifted"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class BillingLockLifted(Event):
    """Two billing admins, or the site, ended a lock early; `reason` is that of who asked first."""

    change: str
    reason: str

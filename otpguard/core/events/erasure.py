"""People and tenants that were deleted. Their events stay."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ACCOUNT_CHANGE, ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event("person.removed", _("A person was deleted"), Ocsf(ACCOUNT_CHANGE, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRemoved(Event):
    """An account was deleted, and with it `counts` rows of ours, by kind."""

    counts: dict[str, int]


@event("tenant.removed", _("An organization was deleted"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRemoved(Event):
    """A tenant was deleted, and with it `counts` rows of ours, by kind."""

    slug: str
    counts: dict[str, int]

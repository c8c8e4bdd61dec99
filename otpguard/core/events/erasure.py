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


@event("person.erased", _("A person was erased from the log"), Ocsf(ACCOUNT_CHANGE, 6))
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased(Event):
    """The keys of these `references` were destroyed, so `events` say nothing of the person any
    more; `again` after a restore. `reason` is that of who did it."""

    references: list[str]
    events: int
    reason: str
    again: bool = False


@event("person.exported", _("What is stored about a person was exported"), Ocsf(ACCOUNT_CHANGE, 99))
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonExported(Event):
    """Somebody of the site took a copy of so many `rows` and `events` of a person, for that
    person. `reason` is that of who did it."""

    rows: int
    events: int
    reason: str


@event("legal_hold.placed", _("A legal hold on a person began"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldPlaced(Event):
    """Until it is lifted the person is not erased, and their account cannot be deleted."""

    legal_hold: str
    reason: str


@event("legal_hold.lifted", _("A legal hold on a person ended"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldLifted(Event):
    """Somebody of the site ended it."""

    legal_hold: str
    reason: str

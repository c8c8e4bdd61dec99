"""Domains of e-mail that tenants claim and verify."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainFields:
    """The domain: a company's, never a person's."""

    domain: str


@event("domain.added", _("An e-mail domain was claimed"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class DomainAdded(DomainFields, Event):
    """It changes nothing until its record is seen."""


@event("domain.verified", _("An e-mail domain was verified"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class DomainVerified(DomainFields, Event):
    """The record was seen."""


@event("domain.lost", _("An e-mail domain is no longer verified"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLost(DomainFields, Event):
    """The record was not seen since `seen_at`; `reason` says whether it is gone or nobody
    answers."""

    seen_at: str
    reason: str


@event("domain.removed", _("An e-mail domain was removed"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class DomainRemoved(DomainFields, Event):
    """Somebody gave it up."""

    reason: str = ""

"""Policies, tenants and memberships."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from otpguard.core.events.base import (
    AUTHORIZE_SESSION,
    ENTITY_MANAGEMENT,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event("policy.changed", _("A policy was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(Event):
    """Wishes for one checkpoint got a new version; `weakened` names fields that got looser."""

    version: int
    wishes: dict[str, Any]
    weakened: list[str]


@event("tenant.created", _("A tenant was created"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCreated(Event):
    """A customer organisation came to be."""

    slug: str


@event("tenant.changed", _("A tenant was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChanged(Event):
    """Contract, status or facts of a tenant changed; old and new values."""

    before: dict[str, Any]
    after: dict[str, Any]
    reason: str = ""


@event("membership.changed", _("A membership was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChanged(Event):
    """Roles or activity of a member changed; `created` for the first time.

    `gained` names the admin roles that this change gave, `reason` why, when somebody said so.
    """

    roles: list[str]
    active: bool
    created: bool = False
    gained: list[str] = field(default_factory=list)
    reason: str = ""


@event("enrollment.changed", _("An enrollment rule was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentChanged(Event):
    """Who must have a factor, at what level and from when, changed; `removed` for no rule left."""

    role: str
    level: str
    starts_at: str
    grace_days: int
    removed: bool = False


@event("enrollment.overdue", _("Enrollment is overdue"), Ocsf(AUTHORIZE_SESSION, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentOverdue(Event):
    """Somebody without the required factor was sent to enrollment; `count` requests in this row."""

    level: str
    count: int = 1


@event("approval.asked", _("A second person was asked"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Event):
    """An operation waits for the word of another operator."""

    approval: str
    action: str
    reason: str


@event("approval.decided", _("A second person decided"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided(Event):
    """Another operator approved or refused what was asked."""

    approval: str
    action: str
    approved: bool

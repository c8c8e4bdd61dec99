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


@event("exception.granted", _("A policy exception was granted"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionGranted(Event):
    """The floor of a tenant moved in one field until a date: from `before` to `after`.

    `weakened` names the fields of the policy in force that got looser by that.
    """

    exception: str
    field: str
    before: Any
    after: Any
    owner: str
    reason: str
    expires_at: str
    weakened: list[str]


@event("exception.ended", _("A policy exception was ended"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionEnded(Event):
    """An operator ended an exception before its date; the floor moved back to `after`."""

    exception: str
    field: str
    before: Any
    after: Any
    reason: str


@event("exception.expired", _("A policy exception has expired"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionExpired(Event):
    """An exception came to its date, and counted until then and not longer.

    This is written some time afterwards.
    """

    exception: str
    field: str
    value: Any
    expires_at: str


@event(
    "exception.reminded",
    _("A policy exception expires soon"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionReminded(Event):
    """So many people were reminded that an exception expires soon."""

    exception: str
    field: str
    expires_at: str
    people: int


@event("tenant.created", _("An organization was created"), Ocsf(ENTITY_MANAGEMENT, 1))
@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCreated(Event):
    """A tenant came to be."""

    slug: str


@event("tenant.changed", _("An organization was changed"), Ocsf(ENTITY_MANAGEMENT, 3))
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


@event("membership.imported", _("A membership was imported"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipImported(Event):
    """The same by an import. `held` is False where the admins had been admins before, so that no
    wait began for the roles that were `gained`. `run` is that of `members.imported`.
    """

    roles: list[str]
    active: bool
    created: bool = False
    gained: list[str] = field(default_factory=list)
    held: bool = True
    reason: str = ""
    run: str = ""


@event("members.imported", _("Members were imported"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class MembersImported(Event):
    """One step of an import was written: `members` were created or changed, `admins` of them gained
    an admin role. Every step of one import, and each of its members, has the same `run`.
    """

    run: str
    members: int
    admins: int
    held: bool
    reason: str = ""


@event(
    "membership.reminded",
    _("A member was reminded to set up a way to confirm"),
    Ocsf(ENTITY_MANAGEMENT, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReminded(Event):
    """An administrator had a notice sent to a member who has not set up what is asked."""


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
    needed: int


@event("approval.voted", _("Another person approved"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalVoted(Event):
    """One of the `needed` other operators approved what was asked."""

    approval: str
    action: str
    needed: int


@event("approval.decided", _("A second person decided"), Ocsf(ENTITY_MANAGEMENT, 3))
@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDecided(Event):
    """Another operator approved or refused what was asked."""

    approval: str
    action: str
    approved: bool

"""How far enrollment has come in a tenant: who has a factor, who must add one. Read-only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import Due, Overdue, best, enrollment_status, reach
from otpguard.core.factor_kind import FactorKind
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.by_member import factors_by_member
from otpguard.models import Membership, Tenant
from otpguard.tenants.rules import rules_of

CHUNK = 1000


@dataclass(slots=True, kw_only=True)
class MemberShare:
    """Of some members, how many have a factor, must add one, or are shut out without one."""

    members: int = 0
    enrolled: int = 0
    due: int = 0
    overdue: int = 0

    @property
    def percent(self) -> int:
        """The percentage of enrolled members, rounded down, so that 100 means everybody."""
        return self.enrolled * 100 // self.members if self.members else 0

    def add(self, *, enrolled: bool, due: bool, overdue: bool) -> None:
        """Count one more member."""
        self.members += 1
        self.enrolled += enrolled
        self.due += due
        self.overdue += overdue


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The active members of one tenant.

    `by_kind` and `by_level` count each member once: by their strongest factor, and by the level
    that it can prove together with a password, in the assurance profile `profile`. `by_role` counts
    somebody in each of their roles.
    """

    profile: str

    total: MemberShare = field(default_factory=MemberShare)
    by_kind: dict[FactorKind, int] = field(default_factory=dict)
    by_level: dict[AssuranceLevel, int] = field(default_factory=dict)
    by_role: dict[str, MemberShare] = field(default_factory=dict)


def coverage(*, tenant: Tenant, now: datetime) -> Coverage:
    """Count the active members of a tenant. Four statements, however many there are.

    The caller has decided that the reader may see the tenant. Raises StoreUnavailable.
    """
    try:
        return _count(tenant, now)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the coverage cannot be read") from error


def _count(tenant: Tenant, now: datetime) -> Coverage:
    profile = settings().assurance_profile
    version = Tenant.objects.values_list("policy_version", flat=True).get(pk=tenant.pk)
    rules = rules_of(str(tenant.pk), version)
    by_member = factors_by_member(tenant=str(tenant.pk))
    found = Coverage(profile=profile.slug)
    rows = Membership.objects.filter(tenant=tenant, active=True).order_by()
    for user, roles, since in rows.values_list("user_id", "roles", "created_at").iterator(CHUNK):
        factors = by_member.get(user, [])
        stands = enrollment_status(
            rules,
            roles=frozenset(roles),
            factors=factors,
            profile=profile,
            now=now,
            member_since=since,
        )
        strongest = best(factors, profile)
        level = reach(strongest, profile)
        if strongest is not None:
            found.by_kind[strongest.kind] = found.by_kind.get(strongest.kind, 0) + 1
        if level is not None:
            found.by_level[level] = found.by_level.get(level, 0) + 1
        shares = [found.by_role.setdefault(role, MemberShare()) for role in sorted(set(roles))]
        for share in (found.total, *shares):
            share.add(
                enrolled=strongest is not None,
                due=isinstance(stands, Due),
                overdue=isinstance(stands, Overdue),
            )
    return found

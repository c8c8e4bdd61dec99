"""How far enrollment has come in a tenant: who has what, and who still owes it. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel, FactorKind
from otpguard.core.enrollment import Due, Overdue, best, reach, standing
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.roster import roster_of
from otpguard.models import Membership, Tenant
from otpguard.tenants.rules import rules_of

CHUNK = 1000


@dataclass(slots=True, kw_only=True)
class Share:
    """How many of some members have a factor, how many owe one, how many are closed out."""

    members: int = 0
    enrolled: int = 0
    due: int = 0
    overdue: int = 0

    @property
    def percent(self) -> int:
        """The enrolled of a hundred, rounded down: a hundred means everybody."""
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

    `by_kind` and `by_level` count each member once: by the factor that proves most, and by what it
    can prove beside a password. `by_role` counts somebody in each of their roles.
    """

    total: Share = field(default_factory=Share)
    by_kind: dict[FactorKind, int] = field(default_factory=dict)
    by_level: dict[AssuranceLevel, int] = field(default_factory=dict)
    by_role: dict[str, Share] = field(default_factory=dict)


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
    roster = roster_of(tenant=str(tenant.pk))
    found = Coverage()
    rows = Membership.objects.filter(tenant=tenant, active=True).order_by()
    for user, roles, since in rows.values_list("user_id", "roles", "created_at").iterator(CHUNK):
        factors = roster.get(user, [])
        stands = standing(
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
        shares = [found.by_role.setdefault(role, Share()) for role in sorted(set(roles))]
        for share in (found.total, *shares):
            share.add(
                enrolled=strongest is not None,
                due=isinstance(stands, Due),
                overdue=isinstance(stands, Overdue),
            )
    return found

"""Which tenants stand below the preset `defensible`, and where. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from otpguard.conf import settings
from otpguard.core.presets import below_defensible
from otpguard.models import Tenant
from otpguard.tenants import policies

READ = 1_000
"""How many tenants are looked at, the oldest first."""


def fields_below_defensible(tenant: Tenant, *, now: datetime) -> dict[str, tuple[str, ...]]:
    """The checkpoints where this tenant stands below, with the fields. Raises StoreUnavailable."""
    scope = policies.Scope.of_tenant(tenant)
    counting = [
        (checkpoint, policies.at(checkpoint, scope, now=now))
        for checkpoint in settings().checkpoints.values()
        if checkpoint.defensible
    ]
    return below_defensible(counting, tier=scope.tier)


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowDefensible:
    """One tenant that stands below, and the fields in which it does, by checkpoint."""

    tenant: Tenant
    fields: dict[str, tuple[str, ...]]


def all_below_defensible(
    now: datetime, *, of_industry: bool = False, most: int = READ
) -> list[BelowDefensible]:
    """Active production tenants that stand below, the oldest first; at most so many are looked at.

    With `of_industry` only those that name an industry. Raises StoreUnavailable.
    """
    active = Tenant.objects.filter(
        status=Tenant.Status.ACTIVE, environment=Tenant.Environment.PRODUCTION
    )
    wanted = active.exclude(industry="") if of_industry else active
    found = (
        BelowDefensible(tenant=tenant, fields=fields_below_defensible(tenant, now=now))
        for tenant in wanted.order_by("created_at", "pk")[:most]
    )
    return [each for each in found if each.fields]


def tenants_below_defensible(now: datetime) -> dict[str, tuple[str, ...]]:
    """The slugs of those that stand below, with the checkpoints. Raises StoreUnavailable."""
    return {each.tenant.slug: tuple(each.fields) for each in all_below_defensible(now)}

"""Which tenants stand below the preset `defensible`, and where. Reads only."""

from __future__ import annotations

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
    ]
    return below_defensible(counting, tier=scope.tier)


def tenants_below_defensible(now: datetime) -> dict[str, tuple[str, ...]]:
    """The slugs of active production tenants that stand below, with the checkpoints. Raises
    StoreUnavailable."""
    active = Tenant.objects.filter(
        status=Tenant.Status.ACTIVE, environment=Tenant.Environment.PRODUCTION
    )
    found = {
        tenant.slug: tuple(fields_below_defensible(tenant, now=now))
        for tenant in active.order_by("created_at")[:READ]
    }
    return {slug: slugs for slug, slugs in found.items() if slugs}

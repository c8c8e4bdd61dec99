"""The effective policy of a tenant at a checkpoint, from a process cache.

The key of the cache holds the tenant's policy version, which the guard's own statement returns, so
a change is seen at the next request of every process without any message between them (C1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.db import DatabaseError, InterfaceError
from django.db.models import Q, Sum

from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY, Checkpoint
from otpguard.core.policy import Enforcement, Policy, effective, is_at_least, strictest
from otpguard.core.presets import Rules, Tier, rules_for, tier_of
from otpguard.core.wishes import parse
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Membership, PolicyWish, Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose policy is asked for: a tenant at a version and tier, or the site (no tenant)."""

    tenant: str
    version: int
    tier: Tier = Tier.STANDARD

    @classmethod
    def of(cls, tenant: str, *, version: int, annual_contract_value: int) -> Scope:
        """The scope of a tenant; its tier follows from its contract."""
        tier = tier_of(annual_contract_value, enterprise_from=settings().enterprise_from)
        return cls(tenant=tenant, version=version, tier=tier)


def at(checkpoint: Checkpoint, scope: Scope, *, now: datetime) -> Policy:
    """The effective policy. Costs one read when the scope's version is new to this process.

    Raises StoreUnavailable when that read fails.
    """
    policy = _cached(checkpoint.slug, scope)
    if _reports_only(checkpoint, now):
        return replace(policy, enforcement=Enforcement.REPORT_ONLY)
    return policy


def user_wide(checkpoint: Checkpoint, *, user: str, now: datetime) -> Policy:
    """The strictest policy of all active memberships of somebody, the site's without any (C26).

    Raises StoreUnavailable when it cannot be read.
    """
    try:
        rows = list(
            Membership.objects.filter(
                Q(user_id=user), active=True, tenant__status=Tenant.Status.ACTIVE
            ).values_list("tenant_id", "tenant__policy_version", "tenant__annual_contract_value")
        )
        site = PolicyWish.objects.filter(tenant=None, current=True).aggregate(at=Sum("version"))
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the memberships cannot be read") from error
    scopes = [
        Scope.of(str(tenant), version=version, annual_contract_value=contract)
        for tenant, version, contract in rows
    ] or [Scope(tenant="", version=site["at"] or 0)]
    return strictest([at(checkpoint, scope, now=now) for scope in scopes])


def rules_at(checkpoint: Checkpoint, tier: Tier) -> Rules:
    """Default and floor of a checkpoint: the preset with the site's settings laid over it."""
    base = rules_for(checkpoint, preset=settings().preset, tier=tier)
    return Rules(
        default=_overlaid(base.default, settings().policy_defaults, checkpoint),
        floor=_overlaid(base.floor, settings().policy_floor, checkpoint),
    )


def site_reports_only(checkpoint: Checkpoint, now: datetime) -> bool:
    """True while the site only reports here; known without a store, for when there is none."""
    return _reports_only(checkpoint, now)


def clamped_fields(
    wishes: Mapping[str, Any], checkpoint: Checkpoint, tier: Tier, *, now: datetime
) -> dict[str, Any]:
    """The wished fields that the floor does not grant as asked, with the values that count."""
    rules = rules_at(checkpoint, tier)
    wished = replace(rules.default, **wishes)
    result = effective(default=rules.default, floor=rules.floor, wishes=[wishes], now=now)
    if is_at_least(wished, rules.floor) and all(
        getattr(result, name) == value for name, value in wishes.items()
    ):
        return {}
    return {
        name: getattr(result, name)
        for name, value in wishes.items()
        if getattr(result, name) != value
    }


@lru_cache(maxsize=4096)
def _cached(slug: str, scope: Scope) -> Policy:
    return _read(settings().checkpoints[slug], scope)


def fresh(checkpoint: Checkpoint, scope: Scope, *, now: datetime) -> Policy:
    """The effective policy read past the cache: inside a transaction that changes it."""
    policy = _read(checkpoint, scope)
    if _reports_only(checkpoint, now):
        return replace(policy, enforcement=Enforcement.REPORT_ONLY)
    return policy


def _read(checkpoint: Checkpoint, scope: Scope) -> Policy:
    try:
        return _read_rows(checkpoint, scope)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the policy cannot be read") from error


def _read_rows(checkpoint: Checkpoint, scope: Scope) -> Policy:
    rules = rules_at(checkpoint, scope.tier)
    # Report-only is a dated matter of the settings; stored policies always enforce.
    enforcing = replace(rules.default, enforcement=Enforcement.ENFORCE)
    floor = replace(rules.floor, enforcement=Enforcement.ENFORCE)
    rows = PolicyWish.objects.filter(
        Q(tenant=scope.tenant or None) | Q(tenant=None),
        current=True,
        checkpoint__in=checkpoint.lineage,
    )
    ranked = sorted(
        rows, key=lambda row: (row.tenant_id is None, checkpoint.lineage.index(row.checkpoint))
    )
    return effective(
        default=enforcing,
        floor=floor,
        wishes=[parse(row.wishes) for row in ranked],
        now=datetime.min,  # noqa: DTZ901 (no dated exception takes part)
    )


def _overlaid(
    policy: Policy, overlays: Mapping[str, Mapping[str, Any]], checkpoint: Checkpoint
) -> Policy:
    for slug in reversed(checkpoint.lineage):
        policy = replace(policy, **overlays.get(slug, {}))
    return policy


def _reports_only(checkpoint: Checkpoint, now: datetime) -> bool:
    until = settings().report_only.get(checkpoint.slug) or settings().report_only.get(EVERY)
    return until is not None and now.date() < until and not checkpoint.always_on


def forget() -> None:
    """Empty this process's cache."""
    _cached.cache_clear()


def _forget(*, setting: str, **_: object) -> None:
    if setting == "OTPGUARD":
        forget()


setting_changed.connect(_forget, dispatch_uid="otpguard.tenants.policies")

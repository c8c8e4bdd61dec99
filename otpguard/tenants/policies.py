"""The effective policy of a tenant at a checkpoint, from a process cache.

The key of the cache holds the tenant's policy version, which the guard's own statement returns, so
a change is seen at the next request of every process without any message between them (C1). A
version is never used twice, and what a transaction has read is cached when it is committed. Dated
exceptions are cached with their dates, so that the cache is right when one of them expires.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.db.models import Q, Sum

from otpguard.committed_cache import CommittedCache
from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.checkpoints import EVERY, Checkpoint
from otpguard.core.effective_policy import clamp_policy, effective, is_at_least, strictest
from otpguard.core.industries import Industry, industry_named
from otpguard.core.policy import Policy, Wishes
from otpguard.core.policy_choices import Enforcement
from otpguard.core.policy_exception import (
    FloorException,
    PolicyOverTime,
    moved_floor,
    over_time,
    running,
)
from otpguard.core.presets import (
    PolicyPair,
    Preset,
    Tier,
    declared_floor,
    industry_holds,
    policy_pair_for,
    tier_of,
)
from otpguard.core.user_wide import within_ceiling
from otpguard.core.wishes import stored_wishes
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Membership, PolicyWish, Tenant
from otpguard.tenants.policy_exceptions import exceptions_of

logger = logging.getLogger("otpguard.policies")

_cache: CommittedCache[PolicyOverTime] = CommittedCache(4096)
_industries: CommittedCache[str] = CommittedCache(4096)


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

    @classmethod
    def of_tenant(cls, tenant: Tenant | None) -> Scope:
        """The scope of a tenant as its row has it; that of the site without one."""
        if tenant is None:
            return cls(tenant="", version=0)
        return cls.of(
            str(tenant.pk),
            version=tenant.policy_version,
            annual_contract_value=tenant.annual_contract_value,
        )


def at(checkpoint: Checkpoint, scope: Scope, *, now: datetime) -> Policy:
    """The effective policy. Costs one read when the scope's version is new to this process.

    Raises StoreUnavailable when that read fails.
    """
    policy = _cached(checkpoint, scope).at(now)
    if reports_only(checkpoint, now):
        return replace(policy, enforcement=Enforcement.REPORT_ONLY)
    return policy


def site_scope() -> Scope:
    """The scope of the site outside any tenant, at its version of now. One read; raises
    DatabaseError."""
    site = PolicyWish.objects.filter(tenant=None, current=True).aggregate(at=Sum("stamp"))
    return Scope(tenant="", version=site["at"] or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserWide:
    """The policy for what concerns a person in all their tenants, and what it would be without
    the wishes of tenants."""

    policy: Policy
    base: Policy


def user_wide(checkpoint: Checkpoint, *, user: str, now: datetime) -> UserWide:
    """The strictest policy of all active memberships of somebody, the site's without any (C26).

    One tenant's longer wait does not count here: see `extra_wait`. Raises StoreUnavailable when it
    cannot be read.
    """
    try:
        rows = list(
            Membership.objects.filter(
                Q(user_id=user), active=True, tenant__status=Tenant.Status.ACTIVE
            ).values_list("tenant_id", "tenant__policy_version", "tenant__annual_contract_value")
        )
        site = site_scope()
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the memberships cannot be read") from error
    scopes = [
        Scope.of(str(tenant), version=version, annual_contract_value=contract)
        for tenant, version, contract in rows
    ] or [site]
    bases = [_cached(checkpoint, scope, without_tenants=True) for scope in scopes]
    base = strictest([each.at(now) for each in bases])
    policy = strictest([at(checkpoint, scope, now=now) for scope in scopes])
    return UserWide(policy=replace(policy, hold=min(policy.hold, base.hold)), base=base)


def extra_wait(checkpoint: Checkpoint, scope: Scope, *, now: datetime) -> timedelta:
    """By how much a tenant's own wish makes the wait there longer than the site asks (C26)."""
    own = _cached(checkpoint, scope).at(now)
    base = _cached(checkpoint, scope, without_tenants=True).at(now)
    return max(own.hold - base.hold, timedelta(0))


def policy_pair_at(
    checkpoint: Checkpoint, tier: Tier, industry: Industry | None = None
) -> PolicyPair:
    """Default and floor of a checkpoint: the preset with the site's settings laid over it, and with
    what an industry asks."""
    base = policy_pair_for(checkpoint, preset=settings().preset, tier=tier)
    default = _overlaid(base.default, settings().policy_defaults, checkpoint)
    floor = _overlaid(base.floor, settings().policy_floor, checkpoint)
    for held_to in industry_holds(checkpoint, industry):
        default, floor = clamp_policy(default, held_to), clamp_policy(floor, held_to)
    return PolicyPair(default=default, floor=floor)


def policy_pair_in(checkpoint: Checkpoint, scope: Scope) -> PolicyPair:
    """Default and floor of a checkpoint in a scope, with what the tenant's industry asks. One read
    when the scope's version is new to this process; raises DatabaseError."""
    return policy_pair_at(checkpoint, scope.tier, _industry_of(scope))


def _industry_of(scope: Scope) -> Industry | None:
    if not scope.tenant:
        return None
    word = _industries.get((scope.tenant, scope.version), partial(_read_industry, scope.tenant))
    return industry_named(word)


def _read_industry(tenant: str) -> str:
    found = Tenant.objects.filter(pk=tenant).values_list("industry", flat=True).first()
    return str(found or "")


def floor_at(checkpoint: Checkpoint, scope: Scope, *, now: datetime) -> Policy:
    """The floor that counts now, moved by the exceptions that run, read past the cache.

    Raises StoreUnavailable when they cannot be read.
    """
    try:
        found = running(exceptions_of(scope.tenant, checkpoint), now)
        pair = policy_pair_in(checkpoint, scope)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the exceptions cannot be read") from error
    return _moved(pair.floor, checkpoint, found)


def clamped_fields(
    wishes: Mapping[str, Any], checkpoint: Checkpoint, scope: Scope, *, now: datetime
) -> dict[str, Any]:
    """The wished fields that the floor, or for a tenant's wish the site's ceiling, does not grant
    as asked, with the values that count. Raises StoreUnavailable."""
    default = policy_pair_in(checkpoint, scope).default
    floor = floor_at(checkpoint, scope, now=now)
    wished = replace(default, **wishes)
    granted = wishes
    if scope.tenant and checkpoint.user_wide:
        granted = _within_ceiling(wishes, default)
    result = effective(default=default, floor=floor, wishes=[granted])
    if is_at_least(wished, floor) and all(
        getattr(result, name) == value for name, value in wishes.items()
    ):
        return {}
    return {
        name: getattr(result, name)
        for name, value in wishes.items()
        if getattr(result, name) != value
    }


def _cached(
    checkpoint: Checkpoint, scope: Scope, *, without_tenants: bool = False
) -> PolicyOverTime:
    key = (checkpoint.slug, scope, without_tenants)
    return _cache.get(key, partial(_read, checkpoint, scope, without_tenants=without_tenants))


def fresh(checkpoint: Checkpoint, scope: Scope, *, now: datetime) -> Policy:
    """The effective policy, read past the cache inside a transaction that changes it."""
    policy = _read(checkpoint, scope).at(now)
    if reports_only(checkpoint, now):
        return replace(policy, enforcement=Enforcement.REPORT_ONLY)
    return policy


def _read(checkpoint: Checkpoint, scope: Scope, *, without_tenants: bool = False) -> PolicyOverTime:
    try:
        return _read_rows(checkpoint, scope, without_tenants=without_tenants)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the policy cannot be read") from error


def _read_rows(checkpoint: Checkpoint, scope: Scope, *, without_tenants: bool) -> PolicyOverTime:
    pair = policy_pair_in(checkpoint, scope)
    # Report-only is a dated matter of the settings; stored policies always enforce.
    enforcing = replace(pair.default, enforcement=Enforcement.ENFORCE)
    floor = replace(pair.floor, enforcement=Enforcement.ENFORCE)
    own, sites = ranked_wishes(checkpoint, scope)

    def policy_under(exceptions: Sequence[FloorException]) -> Policy:
        moved = _moved(floor, checkpoint, exceptions)
        base = effective(default=enforcing, floor=moved, wishes=sites.values())
        if without_tenants or not own:
            return base
        asked = [granted_of(checkpoint, wishes, base) for wishes in own.values()]
        return effective(default=enforcing, floor=moved, wishes=[*asked, *sites.values()])

    return over_time(exceptions_of(scope.tenant, checkpoint), policy_under)


def ranked_wishes(
    checkpoint: Checkpoint, scope: Scope
) -> tuple[dict[str, Wishes], dict[str, Wishes]]:
    """The current wishes of the tenant and of the site that reach a checkpoint, by the place they
    stand at, the most specific first. One read; raises DatabaseError."""
    rows = PolicyWish.objects.filter(
        Q(tenant=scope.tenant or None) | Q(tenant=None),
        current=True,
        checkpoint__in=checkpoint.lineage,
    )
    own: dict[str, Wishes] = {}
    sites: dict[str, Wishes] = {}
    for row in sorted(rows, key=lambda row: checkpoint.lineage.index(row.checkpoint)):
        found = sites if row.tenant_id is None else own
        found[row.checkpoint] = _wishes_of(row, checkpoint)
    return own, sites


def granted_of(checkpoint: Checkpoint, wishes: Wishes, base: Policy) -> Wishes:
    """A tenant's wishes within the site's ceiling, where they concern a person everywhere. `base`
    is the policy without the wishes of tenants."""
    return _within_ceiling(wishes, base) if checkpoint.user_wide else wishes


def _moved(floor: Policy, checkpoint: Checkpoint, exceptions: Sequence[FloorException]) -> Policy:
    return moved_floor(floor, bottom=declared_floor(checkpoint), exceptions=exceptions)


def _within_ceiling(wishes: Wishes, base: Policy) -> Wishes:
    return within_ceiling(wishes, ceiling=settings().user_wide_ceiling, base=base)


def _wishes_of(row: PolicyWish, checkpoint: Checkpoint) -> dict[str, Any]:
    strict = policy_pair_for(checkpoint, preset=Preset.ENTERPRISE, tier=Tier.ENTERPRISE).default
    wishes, odd = stored_wishes(row.wishes, instead=strict)
    if odd:
        logger.error("policy wish %s cannot be read whole: %s", row.pk, ", ".join(odd))
    return wishes


def _overlaid(
    policy: Policy, overlays: Mapping[str, Mapping[str, Any]], checkpoint: Checkpoint
) -> Policy:
    for slug in reversed(checkpoint.lineage):
        policy = replace(policy, **overlays.get(slug, {}))
    return policy


def reports_only(checkpoint: Checkpoint, now: datetime) -> bool:
    """Whether the settings say that nothing is refused here yet."""
    dated = settings().report_only
    if not dated or checkpoint.is_always_enforced:
        return False
    until = dated.get(checkpoint.slug) or dated.get(EVERY)
    return until is not None and now.date() < until


def forget() -> None:
    """Empty this process's cache."""
    _cache.cache_clear()
    _industries.cache_clear()


forget_on_change(_cache)
forget_on_change(_industries)

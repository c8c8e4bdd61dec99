"""Change policy wishes: a new version, an event, and the next request of every process sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.checkpoints import EVERY
from otpguard.core.events import PolicyChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy, weakened_fields
from otpguard.core.wishes import dump
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a change came to: the new version, the fields it weakened, the wishes not granted."""

    version: int
    weakened: tuple[str, ...]
    clamped: Mapping[str, Any]


def change(
    *, facts: RequestFacts, tenant: Tenant | None, checkpoint: str, wishes: Mapping[str, Any]
) -> Changed:
    """Replace the wishes of a tenant, or of the site, for one checkpoint ("*" for all).

    `wishes` are parsed values. The caller has guarded the change by `security_settings`. Locks
    the current row; joins an outer transaction if there is one.
    """
    named = checkpoint if checkpoint == EVERY else checkpoint_named(checkpoint).slug
    with transaction.atomic():
        current = (
            PolicyWish.objects.select_for_update()
            .filter(tenant=tenant, checkpoint=named, current=True)
            .order_by()  # the default order joins, and an outer join cannot be locked
            .first()
        )
        before = _effective(named, tenant, facts)
        version = current.version + 1 if current else 1
        if current:
            current.current = False
            current.save(update_fields=["current"])
        PolicyWish.objects.create(
            tenant=tenant,
            checkpoint=named,
            version=version,
            wishes=dump(wishes),
            author_id=facts.user or None,
            at=facts.now,
        )
        moved = Tenant.objects.filter(pk=tenant.pk) if tenant else Tenant.objects.all()
        moved.update(policy_version=F("policy_version") + 1)
        after = _effective(named, tenant, facts)
        weakened = weakened_fields(before, after) if before and after else ()
        record(
            PolicyChanged(version=version, wishes=dump(wishes), weakened=list(weakened)),
            Circumstances.of(facts, tenant=str(tenant.pk) if tenant else "", checkpoint=named),
        )
    clamped = (
        {}
        if named == EVERY
        else policies.clamped_fields(
            wishes, checkpoint_named(named), _scope(tenant).tier, now=facts.now
        )
    )
    return Changed(version=version, weakened=weakened, clamped=dump(clamped))


def _scope(tenant: Tenant | None) -> policies.Scope:
    if tenant is None:
        return policies.Scope(tenant="", version=0)
    return policies.Scope.of(
        str(tenant.pk),
        version=tenant.policy_version,
        annual_contract_value=tenant.annual_contract_value,
    )


def _effective(checkpoint: str, tenant: Tenant | None, facts: RequestFacts) -> Policy | None:
    """The policy as it is in this transaction, past the cache; None for "every checkpoint"."""
    if checkpoint == EVERY:
        return None
    return policies.fresh(checkpoint_named(checkpoint), _scope(tenant), now=facts.now)

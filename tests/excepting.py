"""A site whose floor is above what its checkpoints ask themselves, and exceptions from it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.policy import Policy
from otpguard.flows.tenant.policy_exception import Terms, grant_exception
from otpguard.models import PolicyException, Tenant
from otpguard.tenants import policies
from tests import factories

FLOOR = {"billing_change": {"ttl": 600}, "api_key": {"required_level": "AAL3"}}
"""The site's own floors: ten minutes for one checkpoint, AAL3 for another."""


def set_floor(settings: Any, **floors: Any) -> None:
    """Make these the site's floors beside FLOOR."""
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_FLOOR": {**FLOOR, **floors}}


def terms(tenant: Tenant, **changed: Any) -> Terms:
    """Twenty minutes in place of ten for a quarter of a year, owned by an operator."""
    owner = changed.pop("owner_id", None) or str(factories.staff().pk)
    usual = {
        "checkpoint": "billing_change",
        "field": "ttl",
        "value": 1200,
        "reason": "moving house",
        "expires_at": timezone.now() + timedelta(days=90),
    }
    return Terms(tenant=tenant, owner_id=owner, **{**usual, **changed})


def grant(tenant: Tenant, **changed: Any) -> PolicyException:
    """The same, granted by another operator."""
    facts = factories.facts(factories.staff(), now=changed.pop("now", timezone.now()))
    return grant_exception(facts=facts, terms=terms(tenant, **changed))


def policy(
    tenant: Tenant, slug: str = "billing_change", *, after: timedelta = timedelta(0)
) -> Policy:
    """What the guard goes by, now or later: through the cache of this process."""
    tenant.refresh_from_db()
    scope = policies.Scope.of_tenant(tenant)
    return policies.at(checkpoint(slug), scope, now=timezone.now() + after)

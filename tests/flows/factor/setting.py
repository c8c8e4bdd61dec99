"""Who resets the factors of whom."""

from __future__ import annotations

from typing import Any

from otpguard.core.facts import RequestFacts
from otpguard.models import Membership, Tenant
from tests import factories


def admin_of(tenant: Tenant) -> RequestFacts:
    """The facts of an administrator of `tenant`."""
    return factories.facts(factories.member(tenant, roles=["admin"]).user, tenant, host="acme.test")


def of(member: Membership, **changed: Any) -> dict[str, Any]:
    """Whose factors are reset in which tenant, and why."""
    base = {"user_id": str(member.user_id), "tenant_id": str(member.tenant_id)}
    return {**base, "reason": "phone stolen", **changed}

"""A service with a key in a tenant."""

from __future__ import annotations

from typing import Any

from otpguard.core.verification import Wanted, read_wanted
from otpguard.flows.key.own_key import create_key
from otpguard.models import KeyRecord, Tenant
from tests import factories

NUMBER = "+12015550123"


def key_of(tenant: Tenant, scope: str = "verifications", **known: Any) -> tuple[KeyRecord, str]:
    """A key that an administrator of the tenant has made, and its secret."""
    admin = factories.member(tenant, roles=["admin"]).user
    facts = factories.facts(admin, tenant)
    return create_key(facts=facts, name="shop", environment="test", scope=scope, **known)


def wanted(**given: Any) -> Wanted:
    """What a service wants; a number of the United States unless it says more."""
    return read_wanted({"to": NUMBER, **given}, default_region="US")

"""Where an anonymous request stands: its tenant, if there is one, and the policy in force there."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, Q

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Reason
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.models import Tenant
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope, site_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPlace:
    """The tenant of the request, None for the site, and the policy of the checkpoint there."""

    tenant: Tenant | None
    policy: Policy


def place_of(facts: RequestFacts, checkpoint: str) -> NumberPlace:
    """Read it, as it is now; nobody is a member yet, so membership is not asked.

    Raises StartRefused for a tenant that there is not or that is suspended, StoreUnavailable.
    """
    try:
        tenant = Tenant.objects.filter(pk=facts.tenant).first() if facts.tenant else None
        scope = Scope.of_tenant(tenant) if tenant else site_scope()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the tenant of an anonymous request cannot be read") from error
    if facts.tenant and tenant is None:
        raise StartRefused(Reason.NO_TENANT)
    if tenant is not None and tenant.status != Tenant.Status.ACTIVE:
        raise StartRefused(Reason.TENANT_INACTIVE)
    policy = policies.at(checkpoint_named(checkpoint), scope, now=facts.now)
    return NumberPlace(tenant=tenant, policy=policy)


def tenant_stands(facts: RequestFacts) -> Q:
    """A condition for any row: the tenant of the request, if there is one, is active."""
    if not facts.tenant:
        return Q()
    active = Tenant.objects.filter(pk=facts.tenant, status=Tenant.Status.ACTIVE)
    return Q(Exists(active))

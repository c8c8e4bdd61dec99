"""Whether somebody alone administers an organization, so that nobody there can vouch for them."""

from __future__ import annotations

from django.db.models import Q

from otpguard.core.audience import ADMIN
from otpguard.core.facts import RequestFacts
from otpguard.flows.approval.approve import approvals_needed
from otpguard.flows.scope import is_site
from otpguard.models import Membership, Tenant
from otpguard.tenants.administrators import administrators_of
from otpguard.tenants.single import is_single


def approvals_for_reset(facts: RequestFacts, *, user_id: str, tenant_id: str) -> int:
    """How many others must approve the reset of this person's factors: as the policy says, and one
    at least where `needs_two_operators`. Raises StoreUnavailable, Tenant.DoesNotExist."""
    by_policy = approvals_needed(
        checkpoint="security_settings.factor_reset", tenant_id=tenant_id, now=facts.now
    )
    return by_policy or int(needs_two_operators(facts, user_id=user_id, tenant_id=tenant_id))


def needs_two_operators(facts: RequestFacts, *, user_id: str, tenant_id: str) -> bool:
    """Whether a reset by the site of this person's factors needs two of its operators, whatever the
    site asks for elsewhere: in `tenant_id`, or in any tenant if there is none.

    So it is for the only administrator of an active tenant: no colleague of theirs could say that
    the caller is somebody else. With TENANCY "single" operators and colleagues are the same. Reads.
    """
    if is_single() or not is_site(facts):
        return False
    mine = Membership.objects.filter(
        Q(user_id=user_id), active=True, tenant__status=Tenant.Status.ACTIVE
    )
    if tenant_id:
        mine = mine.filter(Q(tenant=tenant_id))
    rows = mine.order_by("pk").values_list("tenant_id", "roles")
    return any(ADMIN in roles and administrators_of(pk) == [user_id] for pk, roles in rows)

"""Whether a tenant takes a login session, or only those that its own identity provider vouches for.

The policy field `sso_required` at `login` says so. It is in force while the tenant has a provider
that is on: without one nobody could do what it asks.
"""

from __future__ import annotations

from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.db.models import Exists, OuterRef, Q

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.models import IdentityProvider, LoginSession, Tenant
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope

LOGIN = "login"
EMERGENCY = "break_glass"


def is_governed(checkpoint: Checkpoint) -> bool:
    """Whether a tenant's rule about sessions reaches a checkpoint: not where people come in or act
    for all their tenants, nor where the emergency envelope is opened."""
    beyond = checkpoint.anonymous or checkpoint.user_wide
    return not (beyond or checkpoint.slug == EMERGENCY)


def asks_for_sign_in(scope: Scope, *, now: datetime) -> bool:
    """Whether the policy of a tenant asks for it. Costs one read when the version of the policy is
    new to this process; raises StoreUnavailable."""
    return policies.at(checkpoint_named(LOGIN), scope, now=now).sso_required


def refuses(facts: RequestFacts, scope: Scope) -> bool:
    """Whether the tenant of `facts` refuses its login session. One statement more where the policy
    asks for a sign-in at the provider, none elsewhere. A request without a login session, such as a
    token's, is none of its business. Raises StoreUnavailable.
    """
    if not facts.sid or not facts.tenant or not asks_for_sign_in(scope, now=facts.now):
        return False
    mine = LoginSession.objects.open_of(facts.user).filter(pk=facts.sid, idp=OuterRef("pk"))
    try:
        rows = IdentityProvider.objects.filter(Q(tenant=facts.tenant), enabled=True)
        vouched = list(rows.annotate(vouches=Exists(mine)).values_list("vouches", flat=True))
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the identity providers cannot be read") from error
    return bool(vouched) and not any(vouched)


def refuses_request(facts: RequestFacts) -> bool:
    """The same for a caller who has not read the tenant: one statement more. Raises
    StoreUnavailable."""
    if not facts.sid or not facts.tenant:
        return False
    try:
        tenant = Tenant.objects.filter(pk=facts.tenant).first()
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the tenant cannot be read") from error
    return tenant is not None and refuses(facts, Scope.of_tenant(tenant))

"""Tenants that take sessions of their own identity provider only: at a login, for the page that
refuses, and before somebody switches it on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.provisioned import links_itself
from otpguard.flows.scope import check_tenant
from otpguard.grants import emergency
from otpguard.models import (
    Envelope,
    FederatedIdentity,
    IdentityProvider,
    Membership,
    Tenant,
    VerifiedDomain,
)
from otpguard.tenants.administrators import administrators_of, open_accounts
from otpguard.tenants.domains import tenant_of_email
from otpguard.tenants.policies import Scope
from otpguard.tenants.sign_in import asks_for_sign_in


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderToSignIn:
    """One provider; `known_there` says whether the person has linked a sign-in there."""

    provider: UUID
    name: str
    known_there: bool


def providers_to_sign_in(*, facts: RequestFacts, tenant: str) -> list[ProviderToSignIn]:
    """Where a member of `tenant` can sign in. One statement; raises DatabaseError."""
    mine = FederatedIdentity.objects.filter(Q(user_id=facts.user), provider=OuterRef("pk"))
    rows = IdentityProvider.objects.filter(Q(tenant=tenant), enabled=True).order_by("name")
    return [
        ProviderToSignIn(provider=pk, name=name, known_there=known)
        for pk, name, known in rows.annotate(known=Exists(mine)).values_list("pk", "name", "known")
    ]


def tenant_refusing_login(*, facts: RequestFacts, email: str = "") -> UUID | None:
    """The tenant whose identity provider this person must log in at, None if any login will do.

    One of theirs, if every active membership asks for it and they have linked a sign-in in each; or
    the one that asks for it and has verified the domain of `email`, the account's own address,
    whatever their other memberships ask for. There too they must be able to sign in: linked, or
    brought by its directory, so that the first sign-in links itself. Nobody is locked out of the
    place where one is linked. The site's staff is left alone, and so are people whom an emergency
    of the tenant lets in, and its administrators while it has an envelope to open.

    Two statements for people who are linked nowhere and whose domain nobody has verified, a few for
    others. Raises StoreUnavailable and DatabaseError.
    """
    if facts.user_is_staff:
        return None
    known = FederatedIdentity.objects.filter(Q(user_id=facts.user), provider__enabled=True)
    linked = set(known.values_list("provider__tenant_id", flat=True))
    owner = tenant_of_email(email)
    if not linked and owner is None:
        return None
    mine = Membership.objects.select_related("tenant").filter(
        Q(user_id=facts.user), active=True, tenant__status=Tenant.Status.ACTIVE
    )
    tenants = [row.tenant for row in mine.order_by("pk")]
    claiming = [each for each in tenants if each.pk == owner and _can_sign_in(facts, each, linked)]
    if claiming and _all_ask(facts, claiming):
        return claiming[0].pk
    if not tenants or not linked.issuperset(each.pk for each in tenants):
        return None
    return tenants[0].pk if _all_ask(facts, tenants) else None


def members_locked_out(*, facts: RequestFacts, tenant: Tenant) -> list[str]:
    """The ids of the active members who could not get into `tenant` if it took its providers'
    sessions only: those who have linked no sign-in at one that is on. A dry run, which writes
    nothing. Raises NotAllowed in another tenant."""
    check_tenant(facts, tenant.pk)
    linked = FederatedIdentity.objects.filter(
        user=OuterRef("user"), provider__tenant=tenant, provider__enabled=True
    )
    rows = Membership.objects.filter(Q(tenant=tenant), open_accounts("user__"), active=True)
    left = rows.filter(~Exists(linked)).order_by("pk")
    return [str(user) for user in left.values_list("user_id", flat=True)]


def linked_by_domain(*, facts: RequestFacts, tenant: Tenant, users: Iterable[str]) -> list[str]:
    """Those of `users` whom their first sign-in would link without a question, by a domain that the
    tenant has verified. Reads only; a few statements for each, none without a verified domain.
    Raises NotAllowed in another tenant."""
    check_tenant(facts, tenant.pk)
    if not VerifiedDomain.objects.filter(tenant=tenant, verified_at__isnull=False).exists():
        return []
    return [user for user in users if links_itself(user=user, tenant=tenant.pk)]


def _all_ask(facts: RequestFacts, tenants: list[Tenant]) -> bool:
    """Whether each of them asks for a sign-in at its provider, and in none there is an emergency
    for this person."""
    asked = all(asks_for_sign_in(Scope.of_tenant(each), now=facts.now) for each in tenants)
    return asked and not any(_in_emergency(facts, each.pk) for each in tenants)


def _can_sign_in(facts: RequestFacts, tenant: Tenant, linked: set[UUID]) -> bool:
    if tenant.pk in linked:
        return True
    providers = IdentityProvider.objects.filter(tenant=tenant, enabled=True)
    return providers.exists() and links_itself(user=facts.user, tenant=tenant.pk)


def _in_emergency(facts: RequestFacts, tenant: UUID) -> bool:
    running = emergency.running(str(tenant), now=facts.now)
    if any(facts.user in access.people and not access.drill for access in running):
        return True
    prepared = Envelope.objects.filter(tenant=tenant, ended_at=None)
    return prepared.exists() and facts.user in administrators_of(tenant)

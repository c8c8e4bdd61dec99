"""Link a sign-in without a question, where the tenant has shown twice that the person is theirs.

The tenant has verified the domain of the address, and its directory has brought the person. Nothing
else is linked by an e-mail address (A1): everybody else says so themselves, while logged in.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from otpguard.account import email_of
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.session import IdentityLinked
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import SignInEvidence
from otpguard.database import transaction
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.models import FederatedIdentity, IdentityProvider, Membership, ScimUser
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants.administrators import open_accounts
from otpguard.tenants.domains import tenant_of_email


def link_provisioned(
    *, facts: RequestFacts, provider: IdentityProvider, evidence: SignInEvidence
) -> FederatedIdentity | None:
    """The link of a sign-in that nobody has linked yet, made now; None if it must be asked for.

    The person must be one whom this tenant's directory has brought and calls active, their account
    must have the very address that the provider states, and they must belong to this tenant alone:
    a login here opens their account everywhere. Staff of the site is never linked so, nor is
    somebody who has a sign-in there already. And the provider must be one that the site has set up:
    an administrator who names one could sign in as every colleague. The person who is
    linked gets a notice. Locks the person.
    """
    if provider.outside:
        return None
    if not provider.enabled or evidence.issuer != provider.issuer or not evidence.email:
        return None
    if tenant_of_email(evidence.email) != provider.tenant_id:
        return None
    entry = _entry(provider.tenant_id, evidence.email)
    if entry is None:
        return None
    with transaction.atomic():
        lock_person(entry.user_id)
        entry = _entry(provider.tenant_id, evidence.email)  # as it is now
        if entry is None or entry.user is None or not _belongs_here_alone(entry):
            return None
        known = FederatedIdentity.objects.filter(provider=provider)
        if known.filter(Q(user=entry.user) | Q(subject=evidence.subject)).exists():
            return None
        identity = FederatedIdentity.objects.create(
            provider=provider, subject=evidence.subject, user=entry.user, linked_at=facts.now
        )
        event = IdentityLinked(provider=str(provider.pk), identity=str(identity.pk), automatic=True)
        where = {"tenant": str(provider.tenant_id), "subject": str(entry.user_id)}
        record(event, Circumstances.of(facts, **where))
        notify(
            facts=facts,
            kind=NoticeKind.SIGN_IN_LINKED,
            user_id=str(entry.user_id),
            tenant_id=str(provider.tenant_id),
        )
    return identity


def links_itself(*, user: str, tenant: UUID) -> bool:
    """Whether the first sign-in of this person at the tenant's provider would be linked without a
    question, if the provider states the address of their account. Raises DatabaseError."""
    own = IdentityProvider.objects.filter(tenant=tenant, enabled=True, outside=False)
    row = _brought(tenant).filter(Q(user_id=user)).first()
    if row is None or not own.exists() or tenant_of_email(email_of(row.user)) != tenant:
        return False
    found = _entry(tenant, email_of(row.user))
    return found is not None and found.pk == row.pk and _belongs_here_alone(found)


def _brought(tenant: UUID) -> QuerySet[ScimUser]:
    """The people of the tenant's directory who have an account and are to have it."""
    return ScimUser.objects.select_related("user").filter(
        open_accounts("user__"), tenant=tenant, active=True, deleted_at=None, removal_held=None
    )


def _entry(tenant: UUID, email: str) -> ScimUser | None:
    """The one person of the directory with that address, if their account has it too."""
    named = Q(folded=email.lower()) | Q(emails__value=email.lower())
    found = list(_brought(tenant).filter(named).distinct()[:2])
    if len(found) != 1 or email_of(found[0].user).lower() != email.lower():
        return None
    return found[0]


def _belongs_here_alone(entry: ScimUser) -> bool:
    user = entry.user
    if getattr(user, "is_staff", False) or getattr(user, "is_superuser", False):
        return False
    mine = Membership.objects.filter(user=user, active=True).values_list("tenant_id", flat=True)
    return list(mine) == [entry.tenant_id]

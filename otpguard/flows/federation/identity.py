"""Who a person is at an identity provider: linked by themselves, while logged in, and by no e-mail
(A1)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.session import IdentityLinked, IdentityUnlinked
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.evidence import SignInEvidence
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.lock_order import lock_person
from otpguard.flows.scope import check_person
from otpguard.grants import store
from otpguard.models import FederatedIdentity, Grant, IdentityProvider
from otpguard.tenants.administrators import open_accounts
from otpguard.tenants.directory import member_of


def person_of(*, provider: IdentityProvider, evidence: SignInEvidence) -> FederatedIdentity | None:
    """Whom a sign-in opens an account for: somebody who was linked, and is an active member of the
    provider's tenant now. None for everybody else. Raises StoreUnavailable."""
    if not provider.enabled or evidence.issuer != provider.issuer:
        return None
    known = FederatedIdentity.objects.select_related("user").filter(
        open_accounts("user__"), provider=provider, subject=evidence.subject
    )
    found = known.first()
    if found is None:
        return None
    member = member_of(str(found.user_id), str(provider.tenant_id))
    return found if member is not None and member.active else None


def link_identity(
    *, facts: RequestFacts, provider: IdentityProvider, evidence: SignInEvidence
) -> FederatedIdentity:
    """Link a sign-in to the person who asks; the door has asked for their own proof first.

    Locks the person. Raises NotAllowed for a provider that is off, for somebody who does not belong
    to its tenant and for an identity that is somebody else's.
    """
    check_person(facts, facts.user)
    with transaction.atomic():
        lock_person(facts.user)
        rows = IdentityProvider.objects.select_for_update(no_key=True)
        row = rows.filter(pk=provider.pk, enabled=True).first()
        member = member_of(facts.user, str(provider.tenant_id))
        if row is None or member is None or not member.active or evidence.issuer != row.issuer:
            raise NotAllowed(str(_("This sign-in cannot be linked to your account.")))
        identity, is_new = FederatedIdentity.objects.get_or_create(
            provider=row,
            subject=evidence.subject,
            defaults={"user_id": facts.user, "linked_at": facts.now},
        )
        if str(identity.user_id) != facts.user:
            raise NotAllowed(str(_("This sign-in belongs to another account.")))
        if is_new:
            event = IdentityLinked(provider=str(row.pk), identity=str(identity.pk))
            record(event, Circumstances.of(facts, tenant=str(row.tenant_id)))
    return identity


def unlink_identity(*, facts: RequestFacts, identity: UUID, reason: str) -> bool:
    """Undo a link; what the provider proved of the person ends. False if it was gone.

    Locks the person. Raises NotAllowed unless it is their own or the site acts.
    """
    with transaction.atomic():
        row = FederatedIdentity.objects.select_related("provider").filter(pk=identity).first()
        if row is None:
            return False
        check_person(facts, row.user_id)
        lock_person(row.user_id)
        proofs = Grant.objects.filter(factor_id=row.provider_id, user_id=row.user_id)
        ended = store.revoke(proofs, now=facts.now)
        event = IdentityUnlinked(
            provider=str(row.provider_id), identity=str(row.pk), reason=reason, count=ended
        )
        where = {"tenant": str(row.provider.tenant_id), "subject": str(row.user_id)}
        record(event, Circumstances.of(facts, **where))
        row.delete()
    return True

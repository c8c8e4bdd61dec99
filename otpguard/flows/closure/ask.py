"""Ask to close an organization: a date, and word to everybody who may cancel it.

The door has asked for a proof before. The wait runs from here, because from here everybody knows.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.events.closure import ClosureAsked
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import check_tenant
from otpguard.models import Tenant
from otpguard.notices import links
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants import policies
from otpguard.tenants.administrators import administrators_of
from otpguard.tenants.single import is_the_one

CHECKPOINT = "account_closure"


def ask_closure(*, facts: RequestFacts, language: str = "") -> Tenant:
    """Ask to close the organization of the request, and tell all its administrators.

    It is closed when the `hold` of the policy of `account_closure` is over, 72 hours unless the
    site says otherwise. While a closing runs, that one stays, and nobody is told again. Locks the
    tenant and commits. Raises NotAllowed for who is no administrator there, and for an organization
    that is suspended, under a legal hold or the only one there is (TENANCY).
    """
    _check_administrator(facts)
    with transaction.atomic():
        tenant = lock_tenant(facts.tenant)
        if tenant.closes_at is not None:
            return tenant
        if tenant.status != Tenant.Status.ACTIVE:
            raise NotAllowed(str(_("This organization is suspended.")))
        if tenant.legal_hold or is_the_one(str(tenant.pk)):
            raise NotAllowed(str(_("This organization cannot be closed.")))
        policy = policies.at(
            checkpoint_named(CHECKPOINT), policies.Scope.of_tenant(tenant), now=facts.now
        )
        tenant.closes_at = facts.now + policy.hold
        tenant.closing_by_id = facts.user
        tenant.save(update_fields=["closes_at", "closing_by"])
        _tell(facts, tenant, tenant.closes_at, language)
    return tenant


def cancel_token(tenant: Tenant, person: str) -> str:
    """What lets its holder cancel this closing and no later one: `person` is who it was sent to."""
    asked = f"{tenant.pk} {stamp(tenant.closes_at)} {person}" if tenant.closes_at else ""
    return vault.encrypt_token(vault.CLOSURE_CANCEL, asked)


def stamp(moment: datetime) -> str:
    """A moment as events, notices and tokens carry it."""
    return moment.astimezone(UTC).isoformat()


def where(facts: RequestFacts, tenant: Tenant) -> Circumstances:
    """Who did something about the closing of which organization, and who had asked for it."""
    return Circumstances.of(
        facts,
        tenant=str(tenant.pk),
        subject=str(tenant.closing_by_id or ""),
        checkpoint=CHECKPOINT,
        target=tenant.name,
    )


def _check_administrator(facts: RequestFacts) -> None:
    if not facts.user or not facts.tenant:
        raise NotAllowed(str(_("Log in and select an organization first.")))
    check_tenant(facts, facts.tenant)
    tenant = Tenant.objects.get(pk=facts.tenant)
    if facts.user not in administrators_of(tenant.pk):
        raise NotAllowed(str(_("Only an administrator can close an organization.")))


def _tell(facts: RequestFacts, tenant: Tenant, closes_at: datetime, language: str) -> None:
    people = list(dict.fromkeys([*administrators_of(tenant.pk), facts.user]))
    asked = ClosureAsked(held_until=stamp(closes_at), told=len(people))
    record(asked, where(facts, tenant))
    for person in people:
        context = {str(Detail.HELD_UNTIL): stamp(closes_at)}
        token = cancel_token(tenant, person)
        if link := links.page(links.CANCEL_CLOSURE_PAGE, token, host=facts.host):
            context[Detail.LINK] = link
        notify(
            facts=facts,
            kind=NoticeKind.CLOSURE_ASKED,
            user_id=person,
            tenant_id=str(tenant.pk),
            context=context,
            language=language,
        )

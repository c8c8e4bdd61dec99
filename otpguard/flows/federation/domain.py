"""Claim a domain of e-mail for a tenant, show by a DNS record that it is theirs, give it up.

Nothing hangs on a claim. Of a verified domain hangs who logs in at the tenant's provider only, and
whose sign-in there is linked without a question.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import StrEnum

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event
from otpguard.core.events.provisioning.domain import (
    DomainAdded,
    DomainLost,
    DomainRemoved,
    DomainVerified,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.mail_domain import GRACE, claimable, record_name, record_text
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.federation.texts import ResolverDownError, resolver
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import check_tenant
from otpguard.models import Tenant, VerifiedDomain

MOST_DOMAINS = 50
"""How many domains one tenant may claim; each verified one is looked at every night."""

LOOK_AGAIN_AFTER = timedelta(seconds=5)
"""Between two looks at the same domain that people ask for."""


class DomainState(StrEnum):
    """What a look at the record has shown."""

    VERIFIED = "verified"
    MISSING = "missing"
    UNANSWERED = "unanswered"
    TAKEN = "taken"


def add_domain(*, facts: RequestFacts, tenant: Tenant, domain: str) -> VerifiedDomain:
    """Claim a domain; the row says which record to publish. The same one again gives the same row.

    Locks the tenant. Raises NotAllowed in another tenant; InvalidInput (`domain`) for what is no
    company's domain, and for too many.
    """
    check_tenant(facts, tenant.pk)
    plain = claimable(domain)
    if not plain:
        raise InvalidInput(
            "domain",
            str(_("Enter a domain of your own, such as acme.com, not an e-mail provider's.")),
        )
    with transaction.atomic():
        locked = lock_tenant(tenant.pk)
        rows = VerifiedDomain.objects.filter(tenant=locked)
        known = rows.filter(domain=plain).first()
        if known is not None:
            return known
        if rows.count() >= MOST_DOMAINS:
            raise InvalidInput("domain", str(_("These are too many domains.")))
        row = VerifiedDomain.objects.create(
            tenant=locked, domain=plain, token=secrets.token_hex(16), created_at=facts.now
        )
        _record(facts, DomainAdded(domain=row.domain), row)
    return row


def check_domain(*, facts: RequestFacts, domain: VerifiedDomain) -> DomainState:
    """Look at the record now, outside any transaction, and write what was seen.

    A domain that is verified stays so for GRACE while its record is not seen. One that another
    tenant has verified is taken until that one's record has gone. Locks the row. Raises NotAllowed
    in another tenant; InvalidInput (`domain`) for a second look within seconds.
    """
    check_tenant(facts, domain.tenant_id)
    if domain.checked_at is not None and facts.now - domain.checked_at < LOOK_AGAIN_AFTER:
        raise InvalidInput("domain", str(_("Wait a few seconds and try again.")))
    # Before the look, so that many requests at once ask DNS once.
    asked = VerifiedDomain.objects.filter(pk=domain.pk, checked_at=domain.checked_at)
    if not asked.update(checked_at=facts.now):
        raise InvalidInput("domain", str(_("Wait a few seconds and try again.")))
    return look_at(facts=facts, domain=domain)


def look_at(*, facts: RequestFacts, domain: VerifiedDomain) -> DomainState:
    """The same without the wait: for the nightly look, which has its own."""
    try:
        texts = resolver().texts(record_name(domain.domain))
    except ResolverDownError:
        seen = DomainState.UNANSWERED
    else:
        there = record_text(domain.token) in {text.strip() for text in texts}
        seen = DomainState.VERIFIED if there else DomainState.MISSING
    try:
        with transaction.atomic():
            return _write(facts, domain, seen)
    except IntegrityError:  # another tenant was a moment earlier
        return DomainState.TAKEN


def remove_domain(*, facts: RequestFacts, domain: VerifiedDomain, reason: str = "") -> bool:
    """Give a domain up; links that it made stay. False if it was gone. Locks the row. Raises
    NotAllowed in another tenant."""
    check_tenant(facts, domain.tenant_id)
    with transaction.atomic():
        row = VerifiedDomain.objects.select_for_update().filter(pk=domain.pk).first()
        if row is None:
            return False
        _record(facts, DomainRemoved(domain=row.domain, reason=reason), row)
        row.delete()
    return True


def _write(facts: RequestFacts, domain: VerifiedDomain, seen: DomainState) -> DomainState:
    rows = VerifiedDomain.objects.select_for_update(no_key=True)
    row = rows.filter(pk=domain.pk).first()
    if row is None:
        return DomainState.MISSING
    row.checked_at = facts.now
    if seen is DomainState.VERIFIED:
        if _is_taken(row):
            row.save(update_fields=["checked_at"])
            return DomainState.TAKEN
        row.seen_at = facts.now
        if row.verified_at is None:
            row.verified_at = facts.now
            _record(facts, DomainVerified(domain=row.domain), row)
    elif row.verified_at and row.seen_at and facts.now - row.seen_at > GRACE:
        row.verified_at = None
        lost = DomainLost(seen_at=row.seen_at.isoformat(), reason=seen.value, domain=row.domain)
        _record(facts, lost, row)
    row.save(update_fields=["checked_at", "seen_at", "verified_at"])
    return seen


def _is_taken(row: VerifiedDomain) -> bool:
    others = VerifiedDomain.objects.filter(domain=row.domain, verified_at__isnull=False)
    return others.exclude(pk=row.pk).exists()


def _record(facts: RequestFacts, event: Event, row: VerifiedDomain) -> None:
    record(event, Circumstances.of(facts, tenant=str(row.tenant_id)))

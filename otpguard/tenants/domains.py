"""Which tenant has verified the domain of an e-mail address."""

from __future__ import annotations

from uuid import UUID

from otpguard.core.pumping.hygiene import email_domain
from otpguard.models import Tenant, VerifiedDomain


def tenant_of_email(email: str) -> UUID | None:
    """The active tenant whose verified domain this address has, letter for letter: a domain below
    one counts only for itself. One statement, none without a domain; raises DatabaseError."""
    domain = email_domain(email)
    if not domain:
        return None
    rows = VerifiedDomain.objects.filter(
        domain=domain, verified_at__isnull=False, tenant__status=Tenant.Status.ACTIVE
    )
    return rows.values_list("tenant_id", flat=True).first()

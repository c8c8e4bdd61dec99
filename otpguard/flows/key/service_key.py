"""A key for a service that has numbers proven: made by an operator, and held by no person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.core.verification import SCOPE
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.key.own_key import create_key
from otpguard.flows.scope import check_tenant
from otpguard.models import KeyRecord, Tenant

LONGEST = timedelta(days=366)


def create_service_key(
    *,
    facts: RequestFacts,
    tenant: Tenant,
    name: str,
    environment: str,
    lifetime: timedelta,
) -> tuple[KeyRecord, HiddenText]:
    """A new key of `tenant` with the scope of verifications, and its secret, which is not kept.

    It ends after `lifetime`, and with no person: the log says who made it. The door has asked for a
    proof. One transaction. Raises NotAllowed in another tenant, InvalidInput for an empty `name`
    and for a `lifetime` that is not from a second to LONGEST.
    """
    check_tenant(facts, tenant.pk)
    if not name.strip():
        raise InvalidInput("name", str(_("Enter a name.")))
    if not timedelta(0) < lifetime <= LONGEST:
        raise InvalidInput("lifetime", str(_("A key can be valid for at most 366 days.")))
    with transaction.atomic():
        row, secret = create_key(
            facts=replace(facts, tenant=str(tenant.pk)),
            name=name.strip(),
            environment=environment,
            scope=SCOPE,
            stepped_up_at=facts.now,
            expires_at=facts.now + lifetime,
        )
        # An operator is no member: a key of theirs would open nothing.
        row.created_by, row.roles = None, []
        row.save(update_fields=["created_by", "roles"])
    return row, secret

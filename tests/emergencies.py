"""Open an emergency envelope, as two administrators do."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser

from otpguard.flows.emergency.envelope import make_envelope
from otpguard.flows.emergency.open import enter_code
from otpguard.models import Tenant
from tests import factories


def open_emergency(
    tenant: Tenant, checkpoint: str, *, drill: bool = False
) -> tuple[AbstractUser, AbstractUser]:
    """The two administrators of the tenant for whom emergency access is open now."""
    people = tuple(factories.member(tenant, roles=["admin"]).user for _ in range(2))
    place = {"tenant_id": str(tenant.pk)}
    first = factories.facts(people[0], tenant)
    _made, codes = make_envelope(facts=first, checkpoints=[checkpoint], reason="a test", **place)
    for person, code in zip(people, codes, strict=False):
        facts = factories.facts(person, tenant)
        enter_code(facts=facts, code=code, hours=1, drill=drill, reason="down", **place)
    return people[0], people[1]

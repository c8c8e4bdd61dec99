"""A tenant that has verified its domain, whose directory has brought a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.utils import timezone

from otpguard.models import IdentityProvider, ScimUser, Tenant, VerifiedDomain
from tests import factories
from tests.federating import idp

DOMAIN = "acme.example"


def verified(tenant: Tenant, domain: str = DOMAIN, **fields: Any) -> VerifiedDomain:
    """A domain whose record was seen now."""
    now = timezone.now()
    row: dict[str, Any] = {"token": "t0ken", "verified_at": now, "seen_at": now, "checked_at": now}
    return VerifiedDomain.objects.create(tenant=tenant, domain=domain, **{**row, **fields})


@dataclass(frozen=True)
class Brought:
    """A member of one tenant alone, whom its directory has brought with a company address."""

    user: AbstractUser
    tenant: Tenant
    provider: IdentityProvider
    entry: ScimUser
    domain: VerifiedDomain


def brought(tenant: Tenant | None = None, **fields: Any) -> Brought:
    """See Brought; `fields` are the provider's."""
    tenant = tenant or factories.tenant()
    user = factories.member(tenant).user
    user.email = f"ann@{DOMAIN}"
    user.save(update_fields=["email"])
    entry = ScimUser.objects.create(
        tenant=tenant, user=user, user_name=user.email, folded=user.email
    )
    return Brought(user, tenant, idp(tenant, **fields), entry, verified(tenant))

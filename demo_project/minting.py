"""Create and rotate API keys: called only after the guard has let the request pass."""

from __future__ import annotations

import hashlib
import secrets

from django.contrib.auth.models import User
from django.utils import timezone

from demo_project.models import ApiKey
from otpguard.keys import KeyFacts
from otpguard.models import Tenant

SHOWN = 12
"""How much of a secret stays readable, to tell keys apart."""


def told(key: ApiKey) -> KeyFacts:
    """A key as the ledger of otpguard hears of it."""
    return KeyFacts(
        reference=str(key.pk),
        name=key.name,
        environment=key.environment,
        scope=key.scope,
        prefix=key.prefix,
    )


def mint(
    *, tenant: Tenant, user: User, name: str, environment: str, scope: str
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is not stored."""
    key = ApiKey(tenant=tenant, created_by=user, name=name, environment=environment, scope=scope)
    secret = _renew(key)
    key.save(force_insert=True)
    return key, secret


def rotate(key: ApiKey) -> str:
    """A new secret for an existing key; the old one stops working."""
    secret = _renew(key)
    key.last_rotated_at = timezone.now()
    key.save(update_fields=["prefix", "digest", "last_rotated_at"])
    return secret


def _renew(key: ApiKey) -> str:
    kind = "live" if key.environment == ApiKey.Environment.PRODUCTION else "test"
    secret = f"acme_{kind}_{secrets.token_urlsafe(24)}"
    key.prefix = secret[:SHOWN]
    key.digest = hashlib.sha256(secret.encode()).hexdigest()
    return secret

"""Keys whose secrets otpguard makes, for hosts that have none: only a digest is kept.

The secret is returned once. It has 192 random bits, so its SHA-256 needs no salt and no slow hash,
and the database finds it by the digest.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.api_key import (
    SECRET_BYTES,
    KeyAction,
    KeyFacts,
    is_key_text,
    is_production,
    make_key_text,
    shown_part,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.key.holder import is_held
from otpguard.flows.key.ledger import mark_used, record_key_action
from otpguard.flows.scope import check_tenant
from otpguard.models import KeyRecord, Tenant
from otpguard.tenants.directory import member_of


def create_key(
    *,
    facts: RequestFacts,
    name: str,
    environment: str,
    scope: str = "",
    stepped_up_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> tuple[KeyRecord, HiddenText]:
    """A new key in the tenant of the request, and its secret, which is not kept.

    It opens nothing from `expires_at` on; None for a key without an end. One transaction. Raises
    NotAllowed outside a tenant.
    """
    known = KeyFacts(
        reference=str(uuid4()), name=name, environment=environment, scope=scope, prefix=""
    )
    with transaction.atomic():
        row, secret = _with_new_secret(facts, KeyAction.CREATE, known, stepped_up_at)
        if expires_at is not None:
            row.expires_at = expires_at
            row.save(update_fields=["expires_at"])
    return row, secret


def rotate_key(
    *, facts: RequestFacts, key: KeyRecord, stepped_up_at: datetime | None = None
) -> HiddenText:
    """A new secret for a key of ours; the old one opens nothing from now on.

    Raises NotAllowed in another tenant, InvalidInput for a key that is deleted or not ours (`key`).
    """
    with transaction.atomic():
        known = _locked(facts, key)
        return _with_new_secret(facts, KeyAction.ROTATE, known, stepped_up_at)[1]


def change_key_scope(
    *, facts: RequestFacts, key: KeyRecord, scope: str, stepped_up_at: datetime | None = None
) -> KeyRecord:
    """Let a key of ours do something else. Raises as `rotate_key`."""
    with transaction.atomic():
        return record_key_action(
            facts=facts,
            action=KeyAction.CHANGE_SCOPE,
            key=replace(_locked(facts, key), scope=scope),
            stepped_up_at=stepped_up_at,
        )


def delete_key(
    *, facts: RequestFacts, key: KeyRecord, stepped_up_at: datetime | None = None
) -> KeyRecord:
    """End a key of ours; its line stays in the ledger. Raises as `rotate_key`."""
    with transaction.atomic():
        return record_key_action(
            facts=facts,
            action=KeyAction.DELETE,
            key=_locked(facts, key),
            stepped_up_at=stepped_up_at,
        )


def find_key(*, secret: str, now: datetime) -> KeyRecord | None:
    """The key that a program shows, with its tenant; None for one that opens nothing.

    That is one of another form, unknown, rotated away, expired or deleted, every key of a tenant
    that is not active, and of a person who has left or lost a role since. A text with a wrong
    checksum is turned away without a read. Notes the use. Raises StoreUnavailable.
    """
    if not is_key_text(secret):
        return None
    row = (
        KeyRecord.objects.select_related("tenant")
        .filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            digest=_digest(secret),
            deleted_at=None,
            tenant__status=Tenant.Status.ACTIVE,
        )
        .first()
    )
    if row is None or not is_held(row):
        return None
    mark_used(Q(pk=row.pk), now)
    return row


def _with_new_secret(
    facts: RequestFacts, action: KeyAction, known: KeyFacts, stepped_up_at: datetime | None
) -> tuple[KeyRecord, HiddenText]:
    with transaction.atomic():
        row = record_key_action(facts=facts, action=action, key=known, stepped_up_at=stepped_up_at)
        real = is_production(known.environment, tenant_environment=row.tenant.environment)
        secret = make_key_text(
            settings().api_keys.prefix, production=real, entropy=os.urandom(SECRET_BYTES)
        )
        row.prefix, row.digest = shown_part(secret), _digest(secret)
        row.roles = _roles_of(facts)
        row.save(update_fields=["prefix", "digest", "roles"])
    return row, secret


def _roles_of(facts: RequestFacts) -> list[str]:
    """What the key hangs on from now on. Raises StoreUnavailable."""
    member = member_of(facts.user, facts.tenant)
    return sorted(member.roles) if member is not None and member.active else []


def _locked(facts: RequestFacts, key: KeyRecord) -> KeyFacts:
    """What the key is now, locked. The caller's row may be older than somebody else's change, which
    must not be undone by it."""
    _check_tenant(facts, key)
    row = KeyRecord.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if row.digest is None:
        raise InvalidInput("key", str(_("The secret of this key was made elsewhere.")))
    if row.deleted_at is not None:
        raise InvalidInput("key", str(_("This key has been deleted.")))
    return KeyFacts(
        reference=row.reference, name=row.name, environment=row.environment, scope=row.scope
    )


def _check_tenant(facts: RequestFacts, key: KeyRecord) -> None:
    check_tenant(facts, key.tenant_id)
    if facts.tenant != str(key.tenant_id):
        raise NotAllowed(str(_("No organization is selected. Select one first.")))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()

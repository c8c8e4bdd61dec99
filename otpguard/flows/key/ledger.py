"""The ledger of API keys: who did what to which key, and when it was last used and confirmed.

A host with keys of its own tells each action once. It joins the caller's transaction, so the line
stands if and only if the host's change does.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.core.events.base import Event
from otpguard.core.events.key import (
    KeyCreated,
    KeyDeleted,
    KeyRevealed,
    KeyRotated,
    KeyScopeChanged,
)
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scope import check_tenant
from otpguard.models import KeyRecord

USE_NOTED_EVERY = timedelta(minutes=1)
"""A key that is used all the time is written this often, not with each request."""


def record_key_action(
    *,
    facts: RequestFacts,
    action: KeyAction,
    key: KeyFacts,
    stepped_up_at: datetime | None = None,
) -> KeyRecord:
    """Write an action on a key into the ledger and the audit log; returns the key's record.

    `stepped_up_at` is when the person confirmed for it. A key that the ledger does not know yet is
    added by its first action; who made it and when is known only from its creation. Locks the
    record until the caller's transaction ends.

    Raises NotAllowed outside a tenant, InvalidInput without a reference (`reference`) and for what
    is longer than its column (its field).
    """
    if not facts.tenant:
        raise NotAllowed(str(_("No organization is selected. Select one first.")))
    check_tenant(facts, facts.tenant)
    if not key.reference:
        raise InvalidInput("reference", str(_("A key needs a reference.")))
    _check_lengths(key)
    with transaction.atomic():
        KeyRecord.objects.get_or_create(
            tenant_id=facts.tenant,
            reference=key.reference,
            defaults={"name": key.name, "environment": key.environment, "scope": key.scope},
        )
        row = KeyRecord.objects.select_for_update().get(
            tenant_id=facts.tenant, reference=key.reference
        )
        before = row.scope
        row.name, row.environment, row.scope = key.name, key.environment, key.scope
        row.prefix = key.prefix or row.prefix
        _apply(row, action, facts)
        row.stepped_up_at = stepped_up_at or row.stepped_up_at
        row.save()
        record(_event(row, action, before, stepped_up_at), _where(facts, row))
    return row


def end_record(*, facts: RequestFacts, row: KeyRecord, reason: str) -> None:
    """End a key of ours that the caller has locked, without its person's doing: nothing opens by it
    from the commit of the caller's transaction on."""
    row.deleted_at = facts.now
    row.save(update_fields=["deleted_at"])
    record(_event(row, KeyAction.DELETE, "", None, reason), _where(facts, row))


def _check_lengths(key: KeyFacts) -> None:
    """What a person typed is refused as such, not by the database in the host's transaction."""
    for field in fields(key):
        column: Any = KeyRecord._meta.get_field(field.name)  # noqa: SLF001 (Django's documented Meta API)
        if len(getattr(key, field.name)) > column.max_length:
            raise InvalidInput(field.name, str(_("This is too long.")))


def record_key_use(*, tenant: str, reference: str, now: datetime) -> None:
    """Note that a key of the host's was used, once a minute at most. Commits with the caller."""
    mark_used(Q(tenant_id=tenant, reference=reference), now)


def mark_used(which: Q, now: datetime) -> None:
    """Set the last use of some keys, unless it was a moment ago. One statement."""
    stale = Q(used_at=None) | Q(used_at__lte=now - USE_NOTED_EVERY)
    KeyRecord.objects.filter(which, stale).update(used_at=now)


def _apply(row: KeyRecord, action: KeyAction, facts: RequestFacts) -> None:
    if action is KeyAction.CREATE:
        row.created_at, row.created_by_id = facts.now, _person(facts)
        row.deleted_at = None
    elif action is KeyAction.ROTATE:
        row.rotated_at, row.rotated_by_id = facts.now, _person(facts)
        row.reminded_at = None
    elif action is KeyAction.DELETE:
        row.deleted_at = row.deleted_at or facts.now


def _person(facts: RequestFacts) -> Any:  # noqa: ANN401 (the key of the host's user model)
    return facts.user or None


def _event(
    row: KeyRecord,
    action: KeyAction,
    before: str,
    stepped_up_at: datetime | None,
    reason: str = "",
) -> Event:
    said = {
        "key": str(row.pk),
        "name": row.name,
        "environment": row.environment,
        "scope": row.scope,
        "stepped_up_at": stepped_up_at.astimezone(UTC).isoformat() if stepped_up_at else "",
    }
    match action:
        case KeyAction.CREATE:
            return KeyCreated(**said)
        case KeyAction.ROTATE:
            return KeyRotated(**said)
        case KeyAction.CHANGE_SCOPE:
            return KeyScopeChanged(**said, before=before)
        case KeyAction.REVEAL:
            return KeyRevealed(**said)
        case KeyAction.DELETE:
            return KeyDeleted(**said, reason=reason)


def _where(facts: RequestFacts, row: KeyRecord) -> Circumstances:
    return Circumstances.of(facts, tenant=str(row.tenant_id), subject="", target=str(row))

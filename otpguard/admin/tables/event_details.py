"""Show events to people: details in words, the private part decrypted, genuine or not.

Never raises for a row that was tampered with: what cannot be read is left out, and the row says
that it is not genuine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from otpguard.account import name_of
from otpguard.admin.tables.detail_labels import detail_text
from otpguard.audit.event_mac import is_genuine
from otpguard.audit.private import context_of, data_of, decrypt_private
from otpguard.core.events.base import field_names
from otpguard.core.host_event import known_event
from otpguard.models import Event, Tenant
from otpguard.vault import UndecryptableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one event says. `details` are the names of its fields with their values in words;
    `genuine` is None when the key of its MAC is gone."""

    details: tuple[tuple[str, str], ...] = ()
    personal: Mapping[str, str] = field(default_factory=dict)
    genuine: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of the users and tenants of some events."""

    users: Mapping[str, str]
    tenants: Mapping[UUID, str]

    def user(self, ref: str) -> str:
        """The username; the reference itself for somebody who is gone."""
        return self.users.get(ref, ref)

    def tenant(self, pk: UUID | None) -> str:
        """The tenant's name; its id when it is gone, nothing for none."""
        return "" if pk is None else self.tenants.get(pk, str(pk))


def read_event(row: Event) -> Read:
    """One event as it can be shown."""
    try:
        data = _data(row)
        details = tuple((name, detail_text(name, data[name])) for name in _in_order(row.kind, data))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Read()
    details += tuple(_context(row).items())
    return Read(details=details, personal=_personal(row), genuine=_genuine(row))


def names_of(rows: Sequence[Event]) -> Names:
    """The names that these events need: one read of users, one of tenants."""
    return Names(
        users=_users({ref for row in rows for ref in (row.actor_ref, row.subject_ref) if ref}),
        tenants=dict(
            Tenant.objects.filter(pk__in={row.tenant_id for row in rows if row.tenant_id})
            .order_by()
            .values_list("pk", "name")
        ),
    )


def _users(refs: Iterable[str]) -> dict[str, str]:
    model = get_user_model()
    key = model._meta.pk  # noqa: SLF001 (Django's documented Meta API)
    known = []
    for ref in refs:
        try:
            known.append(key.to_python(ref))
        except ValidationError:
            continue
    rows = model._default_manager.filter(pk__in=known)  # noqa: SLF001 (Django's documented name)
    return {str(row.pk): name_of(row) for row in rows}


def _data(row: Event) -> dict[str, Any]:
    try:
        return data_of(row)
    except UndecryptableError:
        data: dict[str, Any] = json.loads(row.body)["data"]
        return data


def _context(row: Event) -> Mapping[str, str]:
    try:
        return context_of(row)
    except (UndecryptableError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _personal(row: Event) -> Mapping[str, str]:
    try:
        return decrypt_private(row)
    except (UndecryptableError, ValueError, KeyError, TypeError):
        return {}


def _genuine(row: Event) -> bool | None:
    try:
        return is_genuine(row)
    except UndecryptableError:
        return None
    except (ValueError, KeyError, TypeError):
        return False


def _in_order(kind: str, data: Mapping[str, Any]) -> list[str]:
    """The fields as the event declares them; canonical text sorts them by name."""
    known = known_event(kind)
    declared = () if known is None else field_names(known)
    return sorted(data, key=lambda name: declared.index(name) if name in declared else len(data))

"""Show a person what is stored about them: all our rows of theirs, and their part of the log.

It covers what erasing covers. Left out is what would open an account or tell of somebody else:
secrets, digests, and of an event that two people share, the other one's part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import BinaryField, Field, Model, Q, QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.private import parts_of
from otpguard.audit.recorder import record
from otpguard.core.events.erasure import PersonExported
from otpguard.core.facts import RequestFacts
from otpguard.core.uuid7 import time_of
from otpguard.database import transaction
from otpguard.factors.phone import number_of
from otpguard.flows.erase import rows_of_person, uses_of_person
from otpguard.flows.scope import check_site
from otpguard.labels import event_label
from otpguard.models import Event, Factor, SubjectKey, Tenant
from otpguard.models.fields import EncryptedTextField
from otpguard.vault import UndecryptableError

CHUNK = 500
THEMSELVES, SOMEBODY = "themselves", "another person"
UNREADABLE = "its key is gone"
WITHHELD = frozenset(
    {
        *("sid", "browser", "digest", "phone_index", "phone_index_old", "email_index"),
        *("fingerprint", "key_id", "intent", "credential_id", "last_step", "drift", "file"),
        *("next", "came_from", "what", "generation", "lease_until", "key", "request_key", "people"),
    }
)
"""Columns that say nothing to a person, or could be used against them or somebody else."""
REVEALED = frozenset(
    {
        *(("Challenge", name) for name in ("destination", "target", "net")),
        *(("PumpingDecision", name) for name in ("number", "client_ip")),
        *(("ScimUser", name) for name in ("number", "phones")),
        ("EmailChange", "old"),
        ("MailedBrowser", "email"),
        ("Notice", "destination"),
        ("NoticeEmail", "email"),
        ("NumberAnswer", "answer"),
        ("NumberRelease", "number"),
        ("Receipt", "raw"),
    }
)
"""What is encrypted and is shown. All else that is encrypted is a secret, or may hold one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectExport:
    """What is stored about a person: rows by the name of their kind, and events, the oldest first.
    All values are plain JSON."""

    user: str
    made_at: datetime
    references: tuple[str, ...]
    kinds: Mapping[str, list[dict[str, Any]]]
    events: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "user": self.user,
            "made_at": self.made_at.isoformat(),
            "references": list(self.references),
            "rows": dict(self.kinds),
            "events": self.events,
        }


def export_subject(*, facts: RequestFacts, user_id: str, reason: str) -> SubjectExport:
    """Read everything of a person by the key of their user, which may be deleted already.

    One transaction that joins an outer one; locks nothing. Writes `person.exported`, which is not
    among the events shown. All is in memory. Raises NotAllowed within a tenant.
    """
    check_site(facts)
    with transaction.atomic():
        names = {str(pk): name for pk, name in Tenant.objects.values_list("pk", "name")}
        kinds: dict[str, list[dict[str, Any]]] = {}
        for row in _rows(user_id):
            kind = str(row._meta.verbose_name_plural)  # noqa: SLF001 (Django's documented Meta API)
            kinds.setdefault(kind, []).append(_row(row, user_id, names))
        events = list(_events(user_id, names))
        refs = SubjectKey.objects.filter(user_key=user_id).values_list("pk", flat=True)
        references = tuple(sorted(map(str, refs)))
        count = sum(len(found) for found in kinds.values())
        said = PersonExported(rows=count, events=len(events), reason=reason)
        # Somebody of whom nothing is there, as after an erasure, must not get a reference by this.
        subject = user_id if references or count else ""
        record(said, Circumstances.of(facts, tenant="", subject=subject))
        return SubjectExport(
            user=user_id,
            made_at=facts.now,
            references=references,
            kinds=kinds,
            events=events,
        )


def _rows(user_id: str) -> Iterator[Model]:
    """What erasing would delete, each row once."""
    if not _is_there(user_id):
        return
    seen: set[tuple[type[Model], Any]] = set()
    for rows in (*rows_of_person(user_id), uses_of_person(user_id)):
        for row in rows.iterator(chunk_size=CHUNK):
            if (rows.model, row.pk) not in seen:
                seen.add((rows.model, row.pk))
                yield row


def _is_there(user_id: str) -> bool:
    people = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    try:
        return people.filter(pk=user_id).exists()
    except (ValidationError, ValueError):
        return False


def _row(row: Model, user_id: str, names: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for column in row._meta.concrete_fields:  # noqa: SLF001 (Django's documented Meta API)
        if column.name in WITHHELD or isinstance(column, BinaryField):
            continue
        value = _value(row, column, user_id, names)
        if value not in (None, "", [], {}):
            # Of a factor's secrets only a number is shown.
            is_number = isinstance(row, Factor) and column.name == "secret"
            found["number" if is_number else str(column.verbose_name)] = value
    return found


def _value(row: Model, column: Field[Any, Any], user_id: str, names: Mapping[str, str]) -> Any:  # noqa: ANN401 (plain JSON)
    value = getattr(row, column.attname)
    if isinstance(column, EncryptedTextField):
        return _revealed(row, column.name)
    if column.related_model is get_user_model():
        if value is None:
            return None
        return THEMSELVES if str(value) == user_id else SOMEBODY
    if column.related_model is Tenant:
        return names.get(str(value)) if value else None
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, bool | int | float | str | list | dict | None) else str(value)


def _revealed(row: Model, name: str) -> str | None:
    try:
        if isinstance(row, Factor):
            return number_of(row) if row.phone_index else None
        if (type(row).__name__, name) not in REVEALED:
            return None
        value = getattr(row, name)
        return str(value.reveal()) if value else None
    except UndecryptableError:
        return UNREADABLE


def _events(user_id: str, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    theirs: QuerySet[Event] = Event.objects.filter(Q(actor_ref=user_id) | Q(subject_ref=user_id))
    for row in theirs.order_by("pk").iterator(chunk_size=CHUNK):
        yield {
            "time": time_of(row.pk).isoformat(timespec="seconds"),
            "event": str(event_label(row.kind)),
            "organization": names.get(str(row.tenant_id), "") if row.tenant_id else "",
            "operation": row.checkpoint,
            "who": THEMSELVES if row.actor_ref == user_id else SOMEBODY if row.actor_ref else "",
            "about": THEMSELVES
            if row.subject_ref == user_id
            else SOMEBODY
            if row.subject_ref
            else "",
            "details": _details(row, user_id),
        }


def _details(row: Event, user_id: str) -> dict[str, Any]:
    """What the event says, with the personal part that is theirs and not that of the other."""
    try:
        data: dict[str, Any] = json.loads(row.body)["data"]
    except (ValueError, KeyError, TypeError):
        return {}
    whose = {
        name
        for name, ref in (("actor", row.actor_ref), ("subject", row.subject_ref))
        if ref == user_id
    }
    try:
        personal = parts_of(row, whose)
    except (UndecryptableError, ValueError, KeyError, TypeError, AttributeError):
        return {**data, "personal": UNREADABLE}
    return {**data, **personal}

"""Append events: one INSERT, in the caller's transaction, with a keyed MAC.

A MAC shows that a row was changed; it cannot show that one was deleted (C32). There is no chain to
wait for, so writers never block each other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection

from otpguard import vault
from otpguard.core.canonical import dump, text
from otpguard.core.events import Event as EventValue
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest, same
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.models import Event
from otpguard.models.columns import Columns
from otpguard.models.prepared import prepared_cursor

FORMAT = 1

_COLUMNS = Columns(
    Event,
    *("id", "tenant_id", "kind", "checkpoint", "actor_ref", "subject_ref", "story"),
    *("body", "mac", "key_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Who, whom, where and in which story; address, agent and target are sealed in the row."""

    now: datetime
    tenant: str = ""
    checkpoint: str = ""
    actor: str = ""
    subject: str = ""
    story: str = ""
    address: str = ""
    agent: str = ""
    target: str = ""

    @classmethod
    def of(cls, facts: RequestFacts, **known: Any) -> Circumstances:  # noqa: ANN401 (its fields)
        """The circumstances of a request; its actor is the subject unless `subject` is given."""
        base = cls(
            now=facts.now,
            tenant=facts.tenant,
            actor=facts.user,
            subject=facts.user,
            address=facts.address,
            agent=facts.agent,
        )
        return replace(base, **known)


class _Sequence:
    """Random bytes that begin with a counter, so that the events of one millisecond keep their
    order (RFC 9562, section 6.2, method 1)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._moment = -1
        self._count = 0

    def bytes_for(self, now: datetime) -> bytes:
        moment = int(now.timestamp() * 1000)
        with self._lock:
            self._count = self._count + 1 if moment == self._moment else 0
            self._moment = moment
            count = self._count % (1 << 12)
        return count.to_bytes(2, "big") + os.urandom(RANDOM_BYTES - 2)


_sequence = _Sequence()


def record(event: EventValue, circumstances: Circumstances) -> UUID:
    """Append one event and return its id. Joins the caller's transaction; commits nothing."""
    return record_all([(event, circumstances)])[0]


def record_all(events: Sequence[tuple[EventValue, Circumstances]]) -> list[UUID]:
    """Append events by one statement, and return their ids. Joins the caller's transaction."""
    if not events:
        return []
    rows = [_row(event, circumstances) for event, circumstances in events]
    # The stored id of the writing transaction gives sealing its horizon (C30).
    xact = "pg_current_xact_id()::text::bigint" if connection.vendor == "postgresql" else "0"
    places = f"({', '.join(['%s'] * len(_COLUMNS))}, {xact})"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()}, xact)"  # noqa: S608 (constant text)
            f" VALUES {', '.join([places] * len(rows))}",
            [value for row in rows for value in _COLUMNS.bind(*row)],
        )
    return [row[0] for row in rows]


def _row(event: EventValue, circumstances: Circumstances) -> tuple[Any, ...]:
    """The values of one event, in the order of _COLUMNS."""
    at = circumstances.now
    identity = uuid7(at, _sequence.bytes_for(at))
    body = text(_body(identity, event, circumstances))
    key_id = vault.key_ids()[0]
    return (
        identity,
        UUID(circumstances.tenant) if circumstances.tenant else None,
        event.code,
        circumstances.checkpoint,
        circumstances.actor,
        circumstances.subject,
        UUID(circumstances.story) if circumstances.story else None,
        body,
        mac_of(body, key_id),
        key_id,
    )


def mac_of(body: str, key_id: str) -> str:
    """The keyed MAC of an event's canonical text. Raises UndecryptableError without the key."""
    return keyed_digest(vault.key_for(vault.MAC, key_id), body.encode())


def is_genuine(row: Event) -> bool:
    """True when the row's MAC fits its body and the indexed columns repeat what the body says."""
    body = json.loads(row.body)
    repeats = (
        body["id"] == str(row.id)
        and body["kind"] == row.kind
        and body["tenant"] == (str(row.tenant_id) if row.tenant_id else "")
        and body["checkpoint"] == row.checkpoint
        and body["actor"] == row.actor_ref
        and body["subject"] == row.subject_ref
        and body["story"] == (str(row.story) if row.story else "")
    )
    return repeats and same(mac_of(row.body, row.key_id), row.mac)


def unsealed(row: Event) -> Mapping[str, str]:
    """Address, agent and target of an event in clear; for pages of those who may read the log."""
    sealed = json.loads(row.body)["sealed"]
    return json.loads(vault.decrypt(sealed)) if sealed else {}


def _body(identity: UUID, event: EventValue, circumstances: Circumstances) -> dict[str, Any]:
    personal = {
        "address": circumstances.address,
        "agent": circumstances.agent,
        "target": circumstances.target,
    }
    return {
        "format": FORMAT,
        "id": str(identity),
        "kind": event.code,
        "at": circumstances.now.astimezone(UTC).isoformat(timespec="milliseconds"),
        "tenant": circumstances.tenant,
        "checkpoint": circumstances.checkpoint,
        "actor": circumstances.actor,
        "subject": circumstances.subject,
        "story": circumstances.story,
        "data": event.data(),
        # The MAC commits to the ciphertext: erasing the key later keeps it valid (C31).
        "sealed": vault.encrypt(dump(personal).decode()) if any(personal.values()) else "",
    }

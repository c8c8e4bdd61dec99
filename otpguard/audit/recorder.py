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

from otpguard import vault
from otpguard.core.canonical import canonical_bytes, canonical_text
from otpguard.core.events.base import Event as EventValue
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest, same
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import connection
from otpguard.exceptions import Ask
from otpguard.models import Challenge, Event
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

FORMAT = 1
FEW = 8
"""Up to as many events are appended by a statement for just that number."""

_COLUMNS = Columns(
    Event,
    *("id", "tenant_id", "kind", "checkpoint", "actor_ref", "subject_ref", "story"),
    *("body", "mac", "key_id"),
)

XACT = "pg_current_xact_id()::text::bigint"
"""The id of the writing transaction, which gives seals their horizon (C30), on PostgreSQL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Who, whom, where and in which story; client IP, agent and target are encrypted in the row."""

    now: datetime
    tenant: str = ""
    checkpoint: str = ""
    actor: str = ""
    subject: str = ""
    story: str = ""
    client_ip: str = ""
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
            client_ip=facts.client_ip,
            agent=facts.agent,
        )
        return replace(base, **known)

    @classmethod
    def of_ask(cls, facts: RequestFacts, ask: Ask) -> Circumstances:
        """Who asks for what."""
        return cls.of(facts, checkpoint=ask.checkpoint, story=ask.story, target=ask.target)

    @classmethod
    def of_challenge(cls, facts: RequestFacts, challenge: Challenge) -> Circumstances:
        """Who does something about whose challenge."""
        return cls.of(
            facts,
            tenant=str(challenge.tenant_id or ""),
            subject=str(challenge.user_id or ""),
            checkpoint=challenge.checkpoint,
            story=str(challenge.story),
            target=challenge.target.reveal(),
        )


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
    if len(rows) > FEW and connection.vendor == "postgresql":
        _append_many(rows)
    else:
        _append_few(rows)
    return [row[0] for row in rows]


def _append_many(rows: Sequence[tuple[Any, ...]]) -> None:
    """By a statement whose text is the same for any number, so that it is prepared once."""
    with prepared_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()}, xact)"  # noqa: S608 (constant text)
            f" SELECT a.*, {_xact()} FROM {_COLUMNS.unnest()} AS a",
            _COLUMNS.bind_rows(rows),
        )


def _append_few(rows: Sequence[tuple[Any, ...]]) -> None:
    places = f"({', '.join(['%s'] * len(_COLUMNS))}, {_xact()})"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()}, xact)"  # noqa: S608 (constant text)
            f" VALUES {', '.join([places] * len(rows))}",
            [value for row in rows for value in _COLUMNS.bind(*row)],
        )


def insert_from(source: str) -> str:
    """SQL that appends one event for each row of `source`, as a part of a larger statement on
    PostgreSQL; its parameters are `values_of`."""
    return (
        f"INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()}, xact)"  # noqa: S608 (constant text)
        f" SELECT {_COLUMNS.places()}, {XACT} FROM {source}"
    )


def insert_two_from(source: str) -> str:
    """The same for two events."""
    places = _COLUMNS.places()
    return (
        f"INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()}, xact)"  # noqa: S608 (constant text)
        f" SELECT e.*, {XACT} FROM {source}, (VALUES ({places}), ({places})) e"
    )


def values_of(event: EventValue, circumstances: Circumstances) -> list[Any]:
    """One event as the parameters of `insert_from`. Writes nothing."""
    return _COLUMNS.bind(*_row(event, circumstances))


def _xact() -> str:
    return XACT if connection.vendor == "postgresql" else "0"


def _row(event: EventValue, circumstances: Circumstances) -> tuple[Any, ...]:
    """The values of one event, in the order of _COLUMNS."""
    at = circumstances.now
    identity = uuid7(at, _sequence.bytes_for(at))
    body = canonical_text(_body(identity, event, circumstances))
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


def decrypt_private(row: Event) -> Mapping[str, str]:
    """Client IP, agent and target of an event in clear text, for people who may read the log."""
    private = json.loads(row.body)["private"]
    return json.loads(vault.decrypt(private)) if private else {}


def _body(identity: UUID, event: EventValue, circumstances: Circumstances) -> dict[str, Any]:
    personal = {
        "client_ip": circumstances.client_ip,
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
        "private": vault.encrypt(canonical_bytes(personal).decode())
        if any(personal.values())
        else "",
    }

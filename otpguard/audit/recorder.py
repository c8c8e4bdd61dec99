"""Append events: one INSERT, in the caller's transaction, with a keyed MAC.

A MAC shows that a row was changed; only a seal shows that one was deleted (C32). There is no chain
to wait for, so writers never block each other.

The MAC also covers the id of the writing transaction, which only the database knows: the statement
brings a key for this one event, and the database hashes it with its number (`event_mac`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.event_mac import folded_mac, one_off_key
from otpguard.audit.private import divide, encrypt_private, network_of, people_in
from otpguard.audit.subjects import Subject, subjects_of
from otpguard.conf import settings
from otpguard.core.canonical import canonical_text
from otpguard.core.events.base import Event as EventValue
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import connection, transaction
from otpguard.models import Event, SealCursor
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

FORMAT = 2
LARGEST_BODY = 32_768
"""The most bytes of an event's body. A tile entry could hold twice as many (C2SP tlog-tiles)."""
FEW = 8
"""Up to as many events are appended by a statement for just that number."""

_COLUMNS = Columns(
    Event,
    *("id", "tenant_id", "kind", "checkpoint", "actor_ref", "subject_ref", "story"),
    *("body", "key_id"),
)

_CURSOR = Columns(SealCursor).table
_OFFSET = f"(SELECT xact_offset FROM {_CURSOR} WHERE id = 1)"  # noqa: S608 (constant text)
XACT = f"(pg_current_xact_id()::text::bigint + coalesce({_OFFSET}, 0))"
"""The id of the writing transaction, which gives seals their horizon (C30), on PostgreSQL: after a
restore into a new server, whose ids begin at the start, behind all that were there."""
_NEXT = (
    f"SELECT max((SELECT coalesce(max(xact), 0) + 1 FROM {_COLUMNS.table}),"  # noqa: S608 (constant)
    f" (SELECT coalesce(max(xact), 0) + 1 FROM {_CURSOR}))"
)
"""The next number on SQLite, whose transactions have none. One writes at a time."""


_INTO = f'INSERT INTO {_COLUMNS.table} ({_COLUMNS.names()}, "mac", "xact")'
_Row = tuple[Any, ...]
"""The values of one event in the order of `_COLUMNS`, and its one-off key."""


class EventTooLargeError(ValueError):
    """The body of an event has more than `LARGEST_BODY` bytes, so it was not written."""


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
    """Append one event and return its id. Joins the caller's transaction; commits nothing.

    Raises EventTooLargeError, NotCanonicalError for data that are no plain JSON, and DatabaseError.
    """
    return record_all([(event, circumstances)])[0]


def record_all(events: Sequence[tuple[EventValue, Circumstances]]) -> list[UUID]:
    """Append events by one statement, and return their ids. Joins the caller's transaction.

    Raises as `record` does, with none of them written.
    """
    if not events:
        return []
    known = subjects_of(user for each in events for user in _people(*each))
    rows = [_row(event, circumstances, known) for event, circumstances in events]
    if connection.vendor != "postgresql":
        _append_counted(rows)
    elif len(rows) > FEW:
        _append_many(rows)
    else:
        _append_few(rows)
    return [row[0] for row in rows]


def _append_many(rows: Sequence[_Row]) -> None:
    """By a statement whose text is the same for any number, so that it is prepared once."""
    source = _COLUMNS.unnest().removesuffix(")") + ", %s::bytea[]) AS a"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"{_INTO} SELECT {_prefixed('a')}, {_mac('a.one_off')}"  # noqa: S608 (constant text)
            f" FROM {source} ({_COLUMNS.names()}, one_off)",
            [*_COLUMNS.bind_rows([values for *values, _ in rows]), [row[-1] for row in rows]],
        )


def _append_few(rows: Sequence[_Row]) -> None:
    places = f"({', '.join(['%s'] * len(_COLUMNS))}, {_mac()})"
    with prepared_cursor() as cursor:
        cursor.execute(
            f"{_INTO} VALUES {', '.join([places] * len(rows))}",
            [value for row in rows for value in _bound(row)],
        )


def _append_counted(rows: Sequence[_Row]) -> None:
    """On SQLite: the number is asked for in the transaction, and hashed here."""
    places = f"({', '.join(['%s'] * (len(_COLUMNS) + 2))})"
    with transaction.joined(), connection.cursor() as cursor:
        cursor.execute(_NEXT)
        (xact,) = cursor.fetchone()
        values = [
            value
            for *row, one_off in rows
            for value in (*_COLUMNS.bind(*row), folded_mac(one_off, xact), xact)
        ]
        cursor.execute(f"{_INTO} VALUES {', '.join([places] * len(rows))}", values)


def insert_from(source: str) -> str:
    """SQL that appends one event for each row of `source`, as a part of a larger statement on
    PostgreSQL; its parameters are `values_of`."""
    return f"{_INTO} SELECT {_COLUMNS.places()}, {_mac()} FROM {source}"  # noqa: S608 (constant text)


def insert_two_from(source: str) -> str:
    """The same for two events."""
    places = f"({_COLUMNS.places()}, %s::bytea)"
    return (
        f"{_INTO} SELECT {_prefixed('e')}, {_mac('e.one_off')}"  # noqa: S608 (constant text)
        f" FROM {source}, (VALUES {places}, {places}) e ({_COLUMNS.names()}, one_off)"
    )


def values_of(event: EventValue, circumstances: Circumstances) -> list[Any]:
    """One event as the parameters of `insert_from`. Writes no event; somebody who stands in none
    yet is given a reference. Raises EventTooLargeError."""
    return _bound(_row(event, circumstances, subjects_of(_people(event, circumstances))))


def _people(event: EventValue, circumstances: Circumstances) -> Iterator[str]:
    yield from (circumstances.actor, circumstances.subject)
    yield from people_in(event)


def _bound(row: _Row) -> list[Any]:
    *values, one_off = row
    return [*_COLUMNS.bind(*values), one_off]


def _mac(one_off: str = "%s::bytea") -> str:
    """The folded MAC and the transaction, in SQL, of such a one-off key."""
    return f"encode(sha256({one_off} || int8send({XACT})), 'hex'), {XACT}"


def _prefixed(name: str) -> str:
    return ", ".join(f"{name}.{column}" for column in _COLUMNS.names().split(", "))


def _row(event: EventValue, circumstances: Circumstances, known: Mapping[str, Subject]) -> _Row:
    at = circumstances.now
    identity = uuid7(at, _sequence.bytes_for(at))
    body = canonical_text(_body(identity, event, circumstances, known))
    if len(body.encode()) > LARGEST_BODY:
        raise EventTooLargeError(f"an event {event.code} has more than {LARGEST_BODY} bytes")
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
        key_id,
        one_off_key(body, identity, key_id),
    )


def _body(
    identity: UUID, event: EventValue, circumstances: Circumstances, known: Mapping[str, Subject]
) -> dict[str, Any]:
    actor, subject = known.get(circumstances.actor), known.get(circumstances.subject)
    data, personal = divide(event, known)
    of_actor = {
        "client_ip": circumstances.client_ip,
        "agent": circumstances.agent,
        "fingerprint": circumstances.fingerprint,
        **network_of(circumstances.client_ip),
        "context": dict(circumstances.session_context),
    }
    of_subject = {"target": circumstances.target, "data": personal}
    return {
        "format": FORMAT,
        "installation": settings().installation,
        "id": str(identity),
        "kind": event.code,
        "at": circumstances.now.astimezone(UTC).isoformat(timespec="milliseconds"),
        "tenant": circumstances.tenant,
        "checkpoint": circumstances.checkpoint,
        "actor": actor.ref if actor else "",
        "subject": subject.ref if subject else "",
        "story": circumstances.story,
        "request": circumstances.request_id,
        "session": circumstances.session,
        "source": circumstances.source,
        "device": circumstances.device,
        "intent": circumstances.intent,
        "data": data,
        # The MAC commits to the ciphertext: erasing a key later keeps it valid (C31).
        "private": encrypt_private(identity, actor, subject, of_actor, of_subject),
    }

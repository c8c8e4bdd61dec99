"""Put new events of all tenants into signed trees: one pass at a time, others stand by.

A pass reads the events behind the snapshot horizon in the order of transaction and id. No event
that is committed later can come before them, so none is skipped and none is taken twice. To append
an event waits for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from otpguard.audit.logs import head_of, log_of, newest_seal, tile_reader
from otpguard.audit.signers import clock_signer, head_signer
from otpguard.core.sealing.note import cosigned
from otpguard.core.sealing.tiles import completed_tiles, split
from otpguard.core.sealing.tree import Frontier, leaf_hash
from otpguard.database import connection, transaction
from otpguard.models import ALL_HEADS, AuditSchedule, Event, LogTile, Seal, SealCursor
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch

EVERY = timedelta(seconds=4)
"""How long after a pass the sweep begins the next, if there are new events."""
MOST = 5_000
"""The most events of a pass."""
MOST_LEAVES = 1_000
"""The most events of a seal."""

_PLACE = Columns(Event, "xact", "id")
_ROW = Columns(Event, "xact", "id", "tenant_id", "body")
_LAST = Columns(Seal, "log", "size", "peaks")
# Horizon and rows come from one statement, and so from one snapshot (C30). On SQLite one writes at
# a time, so all that is visible is behind it.
_BEHIND = " AND xact - %s < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRun:
    """What a pass did. `stands_by` when another one runs; `has_more` when it stopped at its most
    events, `is_behind` when a published head is newer than the database, so nothing is sealed."""

    events: int = 0
    logs: int = 0
    stands_by: bool = False
    has_more: bool = False
    is_behind: bool = False


@dataclass(frozen=True, slots=True)
class _Fresh:
    xact: int
    event: UUID
    leaf: bytes


def seal_events(*, now: datetime, most: int = MOST) -> SealRun:
    """Run one pass over at most `most` events. Locks the cursor and commits.

    Raises DatabaseError, what the signer raises, and LookupError where older hashes are missing;
    nothing is written then. Must not be called inside a transaction.
    """
    with transaction.durable("seal_events"):
        cursor = _held()
        if cursor is None:
            return SealRun(stands_by=True)
        if cursor.newer_head:
            return SealRun(is_behind=True)
        if connection.vendor == "postgresql":
            fetch("SET LOCAL synchronous_commit = on", [])  # a head that was seen must not be lost
        rows = _read(cursor, most)
        by_log: dict[UUID, list[_Fresh]] = {}
        for xact, event, tenant, body in rows:
            each = _Fresh(xact, event, leaf_hash(body.encode()))
            by_log.setdefault(log_of(tenant), []).append(each)
        if rows:
            _seal(by_log, now, cursor.generation)
            cursor.xact, cursor.event = rows[-1][:2]
        has_more = len(rows) == most
        cursor.next_at = now if has_more else now + EVERY
        cursor.save()
    return SealRun(events=len(rows), logs=len(by_log), has_more=has_more)


def begin_sealing() -> None:
    """Make the cursor, from which on events are sealed; a second time changes nothing. Commits."""
    SealCursor.objects.get_or_create(pk=1)
    AuditSchedule.objects.get_or_create(pk=1)


def _held() -> SealCursor | None:
    rows = SealCursor.objects.filter(pk=1)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _read(cursor: SealCursor, most: int) -> list[tuple[int, UUID, UUID | None, str]]:
    behind = _BEHIND if connection.vendor == "postgresql" else ""
    sql = (
        f"SELECT {_ROW.names()} FROM {_ROW.table} WHERE (xact, id) > (%s, %s){behind}"  # noqa: S608 (constant text)
        " ORDER BY xact, id LIMIT %s"
    )
    bounds = [cursor.xact_offset] if behind else []
    found = fetch(sql, [*_PLACE.bind(cursor.xact, cursor.event), *bounds, most])
    return [(xact, _uuid(pk), tenant and _uuid(tenant), body) for xact, pk, tenant, body in found]


def _uuid(value: UUID | str) -> UUID:
    """SQLite has texts."""
    return value if isinstance(value, UUID) else UUID(value)


def _seal(by_log: Mapping[UUID, Sequence[_Fresh]], now: datetime, generation: int) -> None:
    """Extend the tree of each log, and then that of all heads."""
    frontiers = _frontiers([*by_log, ALL_HEADS])
    position = frontiers[ALL_HEADS].size
    seals: list[Seal] = []
    tiles: list[LogTile] = []
    for log, fresh in by_log.items():
        tiles += _tiles(log, frontiers[log].size, [each.leaf for each in fresh])
        for at in range(0, len(fresh), MOST_LEAVES):
            part = fresh[at : at + MOST_LEAVES]
            seal = Seal(log=log, at=now, generation=generation)
            made = _made(seal, frontiers[log], [each.leaf for each in part])
            made.first_xact, made.last_xact = part[0].xact, part[-1].xact
            made.last_event, made.position = part[-1].event, position + len(seals)
            seals.append(made)
    heads = [leaf_hash(head_of(seal).text().encode()) for seal in seals]
    tiles += _tiles(ALL_HEADS, position, heads)
    last = Seal(log=ALL_HEADS, at=now, generation=generation)
    seals.append(_made(last, frontiers[ALL_HEADS], heads))
    Seal.objects.bulk_create(seals)
    LogTile.objects.bulk_create(tiles)


def _frontiers(logs: Sequence[UUID]) -> dict[UUID, Frontier]:
    """The right edges of the logs' trees, in one statement on PostgreSQL."""
    found = {log: Frontier() for log in logs}
    if connection.vendor == "postgresql":
        rows = fetch(
            f"SELECT s.* FROM unnest(%s::uuid[]) AS l, LATERAL (SELECT {_LAST.names()}"  # noqa: S608 (constant text)
            f" FROM {_LAST.table} WHERE log = l ORDER BY size DESC LIMIT 1) s",
            [list(logs)],
        )
    else:
        newest = filter(None, map(newest_seal, logs))
        rows = [(seal.log, seal.size, seal.peaks) for seal in newest]
    for log, size, peaks in rows:
        found[log] = Frontier(size, split(bytes(peaks)))
    return found


def _tiles(log: UUID, size: int, leaves: Sequence[bytes]) -> Iterable[LogTile]:
    for each in completed_tiles(size, leaves, tile_reader(log)):
        yield LogTile(
            log=log, level=each.level, number=each.number, hashes=each.hashes, root=each.root
        )


def _made(seal: Seal, frontier: Frontier, leaves: Sequence[bytes]) -> Seal:
    """A signed head of the tree with these leaves appended to it."""
    seal.first = frontier.size
    frontier.extend(leaves)
    seal.size, seal.root = frontier.size, frontier.root()
    seal.peaks, seal.leaves = b"".join(frontier.peaks), b"".join(leaves)
    text, signer, clock = head_of(seal).text(), head_signer(), clock_signer()
    seal.public_key, seal.signature = signer.public, signer.sign(text.encode())
    seal.clock_key = clock.public
    seal.clock_signature = clock.sign(cosigned(text, int(seal.at.timestamp())))
    return seal

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

from otpguard.audit.fresh_events import FreshPart, fresh_parts
from otpguard.audit.logs import head_of, newest_seal, tile_reader
from otpguard.audit.signers import clock_signer, head_signer
from otpguard.core.sealing.note import cosigned
from otpguard.core.sealing.tiles import completed_tiles, joined, split
from otpguard.core.sealing.tree import Frontier, leaf_hash
from otpguard.database import connection, transaction
from otpguard.models import ALL_HEADS, AuditSchedule, LogTile, Seal, SealCursor
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch

EVERY = timedelta(seconds=4)
"""How long after a pass the sweep begins the next, if there are new events."""
MOST = 5_000
"""The most events of a pass."""
MOST_LEAVES = 1_000
"""The most events of a seal."""

_LAST = Columns(Seal, "log", "size", "peaks")


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRun:
    """What a pass did. `stands_by` when another one runs; `has_more` when it stopped at its most
    events, `is_behind` when a published head is newer than the database, so nothing is sealed."""

    events: int = 0
    logs: int = 0
    stands_by: bool = False
    has_more: bool = False
    is_behind: bool = False


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
        by_log: dict[UUID, list[FreshPart]] = {}
        for part in fresh_parts(cursor, most=most, together=MOST_LEAVES):
            by_log.setdefault(part.log, []).append(part)
        every = [part for parts in by_log.values() for part in parts]
        if every:
            _seal(by_log, now, cursor.generation)
            cursor.xact, cursor.event = max((part.last_xact, part.last_event) for part in every)
        events = sum(len(part.leaves) for part in every)
        has_more = events == most
        cursor.next_at = now if has_more else now + EVERY
        cursor.save()
    return SealRun(events=events, logs=len(by_log), has_more=has_more)


def begin_sealing() -> None:
    """Make the cursor, from which on events are sealed; a second time changes nothing. Commits."""
    SealCursor.objects.get_or_create(pk=1)
    AuditSchedule.objects.get_or_create(pk=1)


def _held() -> SealCursor | None:
    rows = SealCursor.objects.filter(pk=1)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _seal(by_log: Mapping[UUID, Sequence[FreshPart]], now: datetime, generation: int) -> None:
    """Extend the tree of each log, and then that of all heads."""
    frontiers = _frontiers([*by_log, ALL_HEADS])
    position = frontiers[ALL_HEADS].size
    seals: list[Seal] = []
    tiles: list[LogTile] = []
    for log, parts in by_log.items():
        size = frontiers[log].size
        grown: list[list[bytes]] = []
        for part in parts:
            made = Seal(log=log, at=now, generation=generation)
            joined(grown, _extended(made, frontiers[log], part.leaves))
            made.first_xact, made.last_xact = part.first_xact, part.last_xact
            made.last_event, made.position = part.last_event, position + len(seals)
            seals.append(made)
        tiles += _tiles(log, size, grown)
    heads = [leaf_hash(head_of(seal).text().encode()) for seal in seals]
    last = Seal(log=ALL_HEADS, at=now, generation=generation)
    tiles += _tiles(ALL_HEADS, position, _extended(last, frontiers[ALL_HEADS], heads))
    seals.append(last)
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


def _tiles(log: UUID, size: int, grown: Sequence[Sequence[bytes]]) -> Iterable[LogTile]:
    for each in completed_tiles(size, grown, tile_reader(log)):
        yield LogTile(
            log=log, level=each.level, number=each.number, hashes=each.hashes, root=each.root
        )


def _extended(seal: Seal, frontier: Frontier, leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Append leaves to the tree and make its signed head; what has become full, by levels."""
    seal.first = frontier.size
    grown = frontier.extend(leaves)
    seal.size, seal.root = frontier.size, frontier.root()
    seal.peaks, seal.leaves = b"".join(frontier.peaks), b"".join(leaves)
    text, signer, clock = head_of(seal).text(), head_signer(), clock_signer()
    seal.public_key, seal.signature = signer.public, signer.sign(text.encode())
    seal.clock_key = clock.public
    seal.clock_signature = clock.sign(cosigned(text, int(seal.at.timestamp())))
    return grown

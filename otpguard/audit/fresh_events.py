"""What is not sealed yet, as seals take it: hashes of events behind the snapshot horizon."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from otpguard.audit.logs import log_of
from otpguard.core.sealing.tree import leaf_hash
from otpguard.database import connection
from otpguard.models import Event, SealCursor
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch

_PLACE = Columns(Event, "xact", "id")
# Keys come as texts: to make UUIDs of them would cost more than to hash the event.
_ROW = "xact, CAST(id AS text), CAST(tenant_id AS text), body"
# Horizon and rows come from one statement, and so from one snapshot (C30). On SQLite one writes at
# a time, so all that is visible is behind it.
_BEHIND = " AND xact - %s < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshPart:
    """The events of one seal: the hashes of their bodies in the order of their log, the first and
    the last of their transactions, and the newest of them."""

    log: UUID
    leaves: list[bytes]
    first_xact: int
    last_xact: int
    last_event: UUID


def fresh_parts(cursor: SealCursor, *, most: int, together: int) -> list[FreshPart]:
    """At most `most` events behind the cursor, of all logs, at most `together` a part. Those of a
    log follow each other in its order. One statement. Raises DatabaseError."""
    behind = _BEHIND if connection.vendor == "postgresql" else ""
    sql = (
        f"SELECT {_ROW} FROM {_PLACE.table} WHERE (xact, id) > (%s, %s){behind}"  # noqa: S608 (constant text)
        " ORDER BY xact, id LIMIT %s"
    )
    bounds = [cursor.xact_offset] if behind else []
    by_log: dict[str | None, list[tuple[int, str, bytes]]] = {}
    for xact, event, tenant, body in fetch(
        sql, [*_PLACE.bind(cursor.xact, cursor.event), *bounds, most]
    ):
        by_log.setdefault(tenant, []).append((xact, event, leaf_hash(body.encode())))
    return [
        _part(tenant, found[at : at + together])
        for tenant, found in by_log.items()
        for at in range(0, len(found), together)
    ]


def _part(tenant: str | None, found: list[tuple[int, str, bytes]]) -> FreshPart:
    (first, _, _), (last, event, _) = found[0], found[-1]
    return FreshPart(
        log=log_of(UUID(tenant) if tenant else None),
        leaves=[leaf for _, _, leaf in found],
        first_xact=first,
        last_xact=last,
        last_event=UUID(event),
    )

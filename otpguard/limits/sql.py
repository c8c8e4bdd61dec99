"""Caps counted in the database: exact, no extra server, all or nothing (C17).

On PostgreSQL each (cap, key) is locked by an advisory lock, in sorted order, until the caller's
transaction ends; two starts can then never both take the last place. SQLite has one writer anyway
(its transactions must be IMMEDIATE, which a system check demands).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from otpguard.core.limits import Cap, CapFull, Charged
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Usage
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor
from otpguard.store_errors import STORE_ERRORS

LOCK_SQL = """
SELECT pg_advisory_xact_lock(key)
FROM (SELECT key FROM unnest(%s::bigint[]) WITH ORDINALITY AS k(key, place) ORDER BY place OFFSET 0)
     AS sorted
"""
"""Locks the numbers of `lock_keys` in their order, which OFFSET keeps. It must be committed to
before the statement that counts: see `_filled_at`."""

USAGE = Columns(Usage, "cap", "key", "at", "challenge")


class SqlLimiter:
    """The shipped limiter: see `otpguard.limits.limiter.Limiter`.

    Its locks last until the caller's transaction ends, and what it charged goes away with a
    transaction that is rolled back.
    """

    def consume(self, caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | CapFull:
        """Lock every cap, look, and write a row for each. See `Limiter.consume`."""
        try:
            lock_caps(caps)
            full = full_cap(caps, _filled_at(caps, now), now=now)
            if full is not None:
                return full
            Usage.objects.bulk_create(
                Usage(cap=cap.name.value, key=cap.key, at=now, challenge=challenge) for cap in caps
            )
        except STORE_ERRORS as error:
            raise StoreUnavailable("the caps cannot be counted") from error
        return Charged()

    def refund(self, challenge: UUID) -> None:
        """Delete the rows of a challenge. See `Limiter.refund`."""
        try:
            Usage.objects.filter(challenge=challenge).delete()
        except STORE_ERRORS as error:
            raise StoreUnavailable("the caps cannot be refunded") from error


def _filled_at(caps: Sequence[Cap], now: datetime) -> list[datetime | None]:
    """For each cap, when the use was that fills it; None while there is room for one more.

    Only that use is read: limits go into the thousands. One statement on PostgreSQL, and never
    that of the locks: its snapshot would be older than they are.
    """
    if not caps:
        return []
    if connection.vendor != "postgresql":
        return [_uses(cap, now).first() for cap in caps]
    with prepared_cursor() as cursor:
        cursor.execute(_filling_sql(len(caps)), filling_params(caps, now))
        return list(cursor.fetchone())


def full_cap(
    caps: Sequence[Cap], filled_at: Sequence[datetime | None], *, now: datetime
) -> CapFull | None:
    """The first of `caps` without room, by when the use was that fills each."""
    for cap, at in zip(caps, filled_at, strict=True):
        if not cap.limit:
            return CapFull(cap=cap.name, retry_after=cap.window)
        if at is not None:
            return CapFull(cap=cap.name, retry_after=at + cap.window - now)
    return None


FILLING_SQL = (
    f"(SELECT at FROM {USAGE.table} WHERE cap = %s AND key = %s AND at > %s"  # noqa: S608 (constant)
    " ORDER BY at DESC LIMIT 1 OFFSET %s)"
)
"""When the use was that fills a cap, with its part of `filling_params`; null while it has room."""


def filling_params(caps: Sequence[Cap], now: datetime) -> list[Any]:
    """The parameters of FILLING_SQL, once for each cap."""
    values: list[Any] = []
    for cap in caps:
        values += [cap.name.value, cap.key, now - cap.window, max(cap.limit - 1, 0)]
    return values


def _uses(cap: Cap, now: datetime) -> QuerySet[Usage, datetime]:
    rows = Usage.objects.filter(cap=cap.name.value, key=cap.key, at__gt=now - cap.window)
    last = max(cap.limit - 1, 0)
    return rows.order_by("-at").values_list("at", flat=True)[last : last + 1]


@lru_cache(maxsize=32)
def _filling_sql(count: int) -> str:
    return f"SELECT {', '.join([FILLING_SQL] * count)}"


def lock_caps(caps: Sequence[Cap]) -> None:
    """Wait for all locks, in the order of their numbers."""
    if connection.vendor != "postgresql":
        return
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_SQL, [lock_keys(caps)])


def lock_keys(caps: Sequence[Cap]) -> list[int]:
    """The numbers of the locks of these caps, in the order in which everybody takes them."""
    return sorted({_lock_key(cap) for cap in caps})


def _lock_key(cap: Cap) -> int:
    raw = hashlib.sha256(f"{cap.name}\0{cap.key}".encode()).digest()[:8]
    return int.from_bytes(raw, "big", signed=True)

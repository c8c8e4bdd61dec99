"""Caps counted in the database: exact, no extra server, all or nothing (C17).

On PostgreSQL each (cap, key) is locked by an advisory lock, in sorted order, until the caller's
transaction ends; two starts can then never both take the last place. SQLite has one writer anyway
(its transactions must be IMMEDIATE, which a system check demands).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from otpguard.core.limits import Cap, CapFull, Charged, Refund
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Usage
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch, prepared_cursor
from otpguard.store_errors import STORE_ERRORS

LOCK_SQL = """
SELECT pg_advisory_xact_lock(key)
FROM (SELECT key FROM unnest(%s::bigint[]) WITH ORDINALITY AS k(key, place) ORDER BY place OFFSET 0)
     AS sorted
"""
"""Locks the numbers of `lock_keys` in their order, which OFFSET keeps. It must be committed to
before the statement that counts: see `_filled_at`."""

USAGE = Columns(Usage, "cap", "key", "at", "challenge", "refund", "window_seconds")


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
            write_uses(caps, challenge=challenge, now=now)
        except STORE_ERRORS as error:
            raise StoreUnavailable("the caps cannot be counted") from error
        return Charged()

    def refund(self, challenge: UUID, *, now: datetime) -> None:
        """Delete rows of a challenge, and for half of them another row. See `Limiter.refund`."""
        take_out(challenge, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of one cap."""

    cap: str
    key: str
    challenge: UUID
    at: datetime


def write_uses(caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> None:
    """Write a row for each cap, without looking. Raises DatabaseError."""
    Usage.objects.bulk_create(
        Usage(
            cap=cap.name.value,
            key=cap.key,
            at=now,
            challenge=challenge,
            refund=cap.refund.value,
            window_seconds=_seconds(cap),
        )
        for cap in caps
    )


def take_out(challenge: UUID, *, now: datetime) -> list[Use]:
    """Delete what a proven challenge gives back, and return it. Raises StoreUnavailable."""
    gone = []
    try:
        for cap, key, at, refund, seconds in fetch(_TAKE_OUT, _CHALLENGE.bind(challenge)):
            gone.append(Use(cap=cap, key=key, challenge=challenge, at=at))
            if refund == Refund.HALF:
                gone += _half_back(cap, key, timedelta(seconds=seconds), now)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the caps cannot be refunded") from error
    return gone


_CHALLENGE = Columns(Usage, "challenge")
_TAKE_OUT = (
    f"DELETE FROM {USAGE.table} WHERE challenge = %s"  # noqa: S608 (constant text)
    f" AND refund <> '{Refund.NEVER.value}' RETURNING cap, key, at, refund, window_seconds"
)


def _half_back(cap: str, key: str, window: timedelta, now: datetime) -> list[Use]:
    """Take another use out, or leave a row that lets the next refund of the key do so.

    It locks rows and no cap: a start holds its caps while it waits for older challenges, and a
    proof its challenge. Two proofs at once may each leave such a row, so at most too little is
    given back, until later refunds find them.
    """
    since = now - window
    if _delete_oldest(_half_of(cap), key, since):
        return _delete_oldest(cap, key, since)
    Usage.objects.create(cap=_half_of(cap), key=key, at=now, challenge=UUID(int=0))
    return []


def _half_of(cap: str) -> str:
    """The name that such a row has in the place of a cap's."""
    return f"{cap}/half"


def _delete_oldest(cap: str, key: str, since: datetime) -> list[Use]:
    """The one that was deleted; none if there is none, or others delete all there are."""
    rows = Usage.objects.filter(cap=cap, key=key, at__gt=since)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    oldest = rows.order_by("at", "pk").first()
    if oldest is None or not Usage.objects.filter(pk=oldest.pk).delete()[0]:
        return []
    return [Use(cap=cap, key=key, challenge=oldest.challenge, at=oldest.at)]


def use_of(cap: Cap, *, challenge: UUID, at: datetime) -> list[Any]:
    """The values of USAGE for one use of a cap."""
    return USAGE.bind(cap.name.value, cap.key, at, challenge, cap.refund.value, _seconds(cap))


def _seconds(cap: Cap) -> int:
    return cap.window // timedelta(seconds=1)


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

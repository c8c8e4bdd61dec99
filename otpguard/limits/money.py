"""The counters of money in the database: exact, by the hour, over the last 25 hours.

On PostgreSQL each counter is locked by an advisory lock, in sorted order, until the caller's
transaction ends, and only then read by a statement of its own (C17). A row of an hour alone could
not be the lock: at the turn of the hour two messages would hold two different ones. SQLite has one
writer anyway.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum

from otpguard.committed_cache import CommittedCache
from otpguard.core.pumping.money.habit import take_back
from otpguard.core.pumping.money.spending import SpendEntry, SpendKey, SpendScope, SpendSums
from otpguard.database import connection
from otpguard.limits.sql import LOCK_SQL
from otpguard.models import SpendCharge, SpendWindow
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

HOUR_SECONDS, DAY_HOURS = 3_600, 24
_HISTORY_DAYS = 28
_WINDOW = Columns(
    SpendWindow,
    "scope",
    "key",
    "hour",
    "all_micros",
    "unverified_micros",
    "verified_micros",
    "places",
)
_ADDED = ", ".join(
    f'"{name}" = {_WINDOW.table}."{name}" + excluded."{name}"'
    for name in ("all_micros", "unverified_micros", "places")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendHistory:
    """What was proven on each day (days since 1970, UTC) of one counter, and its first day."""

    days: Mapping[int, int]
    first: int | None


_histories: CommittedCache[SpendHistory] = CommittedCache(4_096)


def hour_at(now: datetime) -> int:
    """Hours since 1970."""
    return int(now.timestamp()) // HOUR_SECONDS


def lock_spend(keys: Sequence[SpendKey]) -> None:
    """Wait for the locks of these counters. Database errors pass through."""
    if connection.vendor != "postgresql" or not keys:
        return
    with prepared_cursor() as cursor:
        cursor.execute(LOCK_SQL, [sorted({_lock_key(key) for key in keys})])


def read_sums(keys: Sequence[SpendKey], *, now: datetime) -> dict[SpendKey, SpendSums]:
    """What each counter has of the last 24 to 25 hours, and of the last one to two: never less than
    the rolling window has. The caller holds the locks, by a statement before."""
    hour = hour_at(now)
    lately = Q(hour__gte=hour - 1)
    rows = (
        _rows(keys)
        .filter(hour__gte=hour - DAY_HOURS)
        .values("scope", "key")
        .annotate(
            all_day=Sum("all_micros"),
            all_hour=Sum("all_micros", filter=lately, default=0),
            unverified_day=Sum("unverified_micros"),
            places_day=Sum("places"),
            places_hour=Sum("places", filter=lately, default=0),
        )
    )
    found: list[dict[str, Any]] = list(map(dict, rows))
    return {_key_of(row): SpendSums(**{name: int(row[name]) for name in _SUMS}) for row in found}


def add_spend(entries: Iterable[SpendEntry], *, now: datetime) -> None:
    """Add to the counters of this hour, in one statement. The caller holds the locks."""
    hour = hour_at(now)
    together: dict[SpendKey, list[int]] = defaultdict(lambda: [0, 0, 0])
    for entry in entries:
        added = together[entry.key]
        for place, more in enumerate((entry.all_micros, entry.unverified_micros, entry.places)):
            added[place] += more
    if not together:
        return
    values: list[Any] = []
    for key in sorted(together):
        all_micros, unverified, places = together[key]
        values += [key.scope.value, key.key, hour, all_micros, unverified, 0, places]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(together))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_WINDOW.table} ({_WINDOW.names()}) VALUES {rows}"  # noqa: S608 (constant text)
            f' ON CONFLICT ("scope", "key", "hour") DO UPDATE SET {_ADDED}',
            values,
        )


def prove_spend(charge: SpendCharge, *, now: datetime) -> None:
    """Turn what a challenge has charged from unproven into proven, and give its country half of it
    back once more, from the oldest unproven hours. The caller holds the locks.

    The ceilings keep the whole amount.
    """
    own = {(scope, key): (all_micros, less) for scope, key, all_micros, less in charge.amounts}
    since = hour_at(now) - DAY_HOURS
    rows = list(
        SpendWindow.objects.filter(
            Q(hour=charge.hour) | Q(hour__gte=since, unverified_micros__gt=0),
            scope__in={scope for scope, _ in own},
            key__in={key for _, key in own},
        )
    )
    by_counter: dict[tuple[str, str], list[SpendWindow]] = defaultdict(list)
    for row in rows:
        if (row.scope, row.key) in own:
            by_counter[row.scope, row.key].append(row)
    for counter, mine in by_counter.items():
        all_micros, less = own[counter]
        hours = {row.hour: row for row in mine}
        if charge.hour in hours:
            first = hours[charge.hour]
            first.verified_micros += all_micros
            first.unverified_micros = max(0, first.unverified_micros - less)
        if counter[0] == SpendScope.COUNTRY.value:
            there = [(row.hour, row.unverified_micros) for row in mine if row.hour >= since]
            for hour, left in take_back(there, less // 2):
                hours[hour].unverified_micros = left
    SpendWindow.objects.bulk_update(rows, ["verified_micros", "unverified_micros"])


def read_histories(keys: Sequence[SpendKey], *, now: datetime) -> dict[SpendKey, SpendHistory]:
    """What was proven on each of the last 28 days, but those of the last week. Read once a day and
    counter by each process; locks nothing."""
    today = hour_at(now) // DAY_HOURS
    return {key: _histories.get((key, today), partial(_history, key, today)) for key in keys}


def forget_histories() -> None:
    """Read them again, because a test has changed what was."""
    _histories.cache_clear()


_SUMS = ("all_day", "all_hour", "unverified_day", "places_day", "places_hour")


def _rows(keys: Sequence[SpendKey]) -> QuerySet[SpendWindow]:
    return SpendWindow.objects.filter(
        scope__in={key.scope.value for key in keys}, key__in={key.key for key in keys}
    )


def _key_of(row: Mapping[str, object]) -> SpendKey:
    return SpendKey(scope=SpendScope(str(row["scope"])), key=str(row["key"]))


def _history(key: SpendKey, today: int) -> SpendHistory:
    mine = SpendWindow.objects.filter(scope=key.scope.value, key=key.key)
    first = mine.aggregate(first=Min("hour"))["first"]
    rows = (
        mine.filter(hour__gte=(today - _HISTORY_DAYS) * DAY_HOURS)
        .annotate(day=F("hour") / DAY_HOURS)
        .values("day")
        .annotate(micros=Sum("verified_micros"))
    )
    days = {int(row["day"]): int(row["micros"]) for row in rows}
    return SpendHistory(days=days, first=None if first is None else first // DAY_HOURS)


def _lock_key(key: SpendKey) -> int:
    raw = hashlib.sha256(f"spend\0{key.scope.value}\0{key.key}".encode()).digest()[:8]
    return int.from_bytes(raw, "big", signed=True)

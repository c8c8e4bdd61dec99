"""Charge many challenges at once: what charging them one after another comes to, in three
statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from otpguard.core.limits import Cap, CapFull, Charged
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.limiter import limiter
from otpguard.limits.sql import USAGE, SqlLimiter, lock_caps, use_of
from otpguard.statements import prepared_cursor
from otpguard.store_errors import STORE_ERRORS

# Of each cap only those uses that decide about the charges at hand, by the index of the count:
# limits go into the thousands.
_DECIDING = (
    f"SELECT ARRAY(SELECT u.at FROM {USAGE.table} u WHERE u.cap = a.cap AND u.key = a.key"  # noqa: S608 (constant text)
    " AND u.at > a.since ORDER BY u.at DESC OFFSET a.passed_over LIMIT a.most)"
    " FROM unnest(%s::varchar[], %s::varchar[], %s::timestamptz[], %s::int[], %s::int[])"
    " WITH ORDINALITY AS a(cap, key, since, passed_over, most, place) ORDER BY a.place"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What one challenge is to be charged to: to all of `caps` or to none."""

    challenge: UUID
    caps: tuple[Cap, ...]


def consume_many(charges: Sequence[Charge], *, now: datetime) -> list[Charged | CapFull]:
    """Charge each in turn, and return what `Limiter.consume` would return for it.

    Joins the caller's transaction, which keeps the locks of all caps. A limiter other than the
    shipped one is asked one by one, in the order of `charges`. Raises StoreUnavailable.
    """
    counting = limiter()
    # A subclass may count otherwise.
    if type(counting) is SqlLimiter and connection.vendor == "postgresql":
        return _at_once(charges, now)
    return [
        counting.consume(each.caps, challenge=each.challenge, now=now) if each.caps else Charged()
        for each in charges
    ]


@lru_cache(maxsize=1)
def _charging() -> str:
    """Its types are those of the database, which a process may load this module without."""
    return (
        f"INSERT INTO {USAGE.table} ({USAGE.names()})"  # noqa: S608 (the same)
        f" SELECT * FROM {USAGE.unnest()}"
    )


def _at_once(charges: Sequence[Charge], now: datetime) -> list[Charged | CapFull]:
    wanted = Counter(cap for each in charges for cap in each.caps)
    if not wanted:
        return [Charged() for _ in charges]
    try:
        lock_caps(list(wanted))
        rooms = _rooms(wanted, now)
        found = [_charge_or_refuse(each.caps, rooms, now) for each in charges]
        _write(
            [each for each, one in zip(charges, found, strict=True) if isinstance(one, Charged)],
            now,
        )
    except STORE_ERRORS as error:
        raise StoreUnavailable("the caps cannot be counted") from error
    return found


@dataclass(slots=True)
class _Room:
    """How many uses a cap still has room for, and the use that fills it then."""

    left: int
    filled_at: datetime


def _rooms(wanted: Mapping[Cap, int], now: datetime) -> dict[Cap, _Room]:
    """Of a statement of its own: its snapshot must be younger than the locks."""
    # As many as may be charged: the newest uses, without those that leave room for all of them.
    most = [min(times, cap.limit) for cap, times in wanted.items()]
    with prepared_cursor() as cursor:
        cursor.execute(
            _DECIDING,
            [
                [cap.name.value for cap in wanted],
                [cap.key for cap in wanted],
                [now - cap.window for cap in wanted],
                [cap.limit - room for cap, room in zip(wanted, most, strict=True)],
                most,
            ],
        )
        uses = [row[0] for row in cursor.fetchall()]
    # The last one is the use that fills the cap once the room that is left is taken.
    return {
        cap: _Room(left=room - len(used), filled_at=used[-1] if used else now)
        for cap, room, used in zip(wanted, most, uses, strict=True)
    }


def _charge_or_refuse(
    caps: Sequence[Cap], rooms: Mapping[Cap, _Room], now: datetime
) -> Charged | CapFull:
    for cap in caps:
        if not cap.limit:
            return CapFull(cap=cap.name, retry_after=cap.window)
        if not rooms[cap].left:
            return CapFull(cap=cap.name, retry_after=rooms[cap].filled_at + cap.window - now)
    for cap in caps:
        rooms[cap].left -= 1
    return Charged()


def _write(charged: Sequence[Charge], now: datetime) -> None:
    uses = [use_of(cap, challenge=each.challenge, at=now) for each in charged for cap in each.caps]
    if uses:
        with prepared_cursor() as cursor:
            cursor.execute(_charging(), [list(column) for column in zip(*uses, strict=True)])

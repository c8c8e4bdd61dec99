"""Count wrong passwords by login name, in a table that cannot grow.

A name has one of `SLOTS` slots, by a keyed digest. What is counted for a name that nobody has looks
like every other count, and costs the same one statement. Names that share a slot are counted
together: too many are counted then, never too few.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.db.models import QuerySet

from otpguard import vault
from otpguard.core.secrets import keyed_digest
from otpguard.database import connection
from otpguard.models import WrongPasswords
from otpguard.prepared_sql import Columns

SLOTS = 65_536
LONGEST_NAME = 320
"""What is longer is no login name: an e-mail address has at most 320 characters."""

MOST = 1_000_000
"""A count stops here."""

HOUR_SECONDS, DAY_HOURS = 3_600, 24


def slots_of(names: Iterable[str]) -> list[int]:
    """The slots of these login names, each once, in order. Case does not matter."""
    key = vault.key_for(vault.LOGIN_NAME)
    cleaned = {
        unicodedata.normalize("NFKC", name[:LONGEST_NAME]).strip().casefold() for name in names
    }
    digests = {keyed_digest(key, name.encode(errors="replace")) for name in cleaned if name}
    return sorted({int(digest[:8], 16) % SLOTS for digest in digests})


def count_wrong(names: Iterable[str], *, now: datetime) -> None:
    """Count one wrong password for each slot of the names, in one statement each.

    Joins the caller's transaction. Database errors pass through.
    """
    hour = _hour(now)
    with connection.cursor() as cursor:
        for slot in slots_of(names):
            cursor.execute(_counting(), [slot, hour % DAY_HOURS, hour, MOST])


def counted_since_a_day(names: Iterable[str], *, now: datetime) -> QuerySet[WrongPasswords]:
    """The rows of the last 24 to 25 hours of these names; none without a name."""
    return WrongPasswords.objects.filter(slot__in=slots_of(names), hour__gt=_hour(now) - DAY_HOURS)


@lru_cache(maxsize=1)
def _counting() -> str:
    columns = Columns(WrongPasswords, "slot", "of_day", "hour", "count")
    old = columns.table
    return (
        f"INSERT INTO {old} ({columns.names()}) VALUES (%s, %s, %s, 1)"  # noqa: S608 (constant text)
        f' ON CONFLICT ("slot", "of_day") DO UPDATE SET "hour" = excluded."hour", "count" ='
        f' CASE WHEN {old}."hour" <> excluded."hour" THEN 1'
        f' WHEN {old}."count" >= %s THEN {old}."count" ELSE {old}."count" + 1 END'
    )


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // HOUR_SECONDS

"""Which price holds: rows of the table before the setting, read once in a while by each process.

A process that set a price itself sees it at once, every other one after `LIFE_SECONDS`. What was
reckoned for a message that has left is never reckoned anew.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from functools import lru_cache

from otpguard.conf import settings
from otpguard.core.money import Rate, month_of, rate_for
from otpguard.models import Delivery, Price

LIFE_SECONDS = 30
"""How long a process goes by what it has read."""


def rate_at(*, provider: str, channel: str, country: str, now: datetime) -> Rate | None:
    """The rate of one route to a country (ISO 3166, "" when unknown); None without a price.

    Days and months are those of UTC. A database error passes through. At most two statements each
    `LIFE_SECONDS`: the table, and for a route with tiers the month's volume.
    """
    bucket, on = _bucket(now), now.astimezone(UTC).date()
    for rates in (_table(bucket), settings().prices):
        mine = [r for r in rates if (r.provider, r.channel) == (provider, channel)]
        tiered = any(rate.from_volume for rate in mine)
        found = rate_for(
            mine,
            provider=provider,
            channel=channel,
            country=country,
            on=on,
            volume=_volume(bucket, provider, channel) if tiered else 0,
        )
        if found is not None:
            return found
    return None


def as_rate(row: Price) -> Rate:
    """A row of the table as a value."""
    return Rate(
        provider=row.provider,
        channel=row.channel,
        country=row.country,
        from_volume=row.from_volume,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        per_try=row.per_try,
        per_success=row.per_success,
        add_on=row.add_on,
        surcharge=row.surcharge,
    )


def forget() -> None:
    """Read anew at the next message: a price was changed here."""
    _table.cache_clear()
    _volume.cache_clear()


def _bucket(now: datetime) -> int:
    return int(now.timestamp()) // LIFE_SECONDS


@lru_cache(maxsize=2)
def _table(_bucket: int) -> tuple[Rate, ...]:
    return tuple(as_rate(row) for row in Price.objects.order_by("pk"))


@lru_cache(maxsize=64)
def _volume(bucket: int, provider: str, channel: str) -> int:
    """Messages that left in the month so far, to all countries: what vendors' tiers count."""
    day = datetime.fromtimestamp(bucket * LIFE_SECONDS, tz=UTC).date()
    first, _ = month_of(day)
    return Delivery.objects.filter(
        provider=provider,
        channel=channel,
        sent_at__gte=datetime.combine(first, time.min, tzinfo=UTC),
    ).count()

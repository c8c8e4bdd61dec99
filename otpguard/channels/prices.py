"""Which price is valid: rows of the table before the setting, read once in a while by each process.

A process that set a price itself sees it at once, every other one after `LIFE_SECONDS`. What was
computed for a message that was sent is never computed again.
"""

from __future__ import annotations

from datetime import UTC, datetime, time

from otpguard.committed_cache import CommittedCache
from otpguard.conf import settings
from otpguard.core.money import Rate, month_of, rate_for
from otpguard.models import Delivery, Price

LIFE_SECONDS = 30
"""How long a process goes by what it has read."""

_tables: CommittedCache[tuple[Rate, ...]] = CommittedCache(2)
_volumes: CommittedCache[int] = CommittedCache(64)


def rate_at(*, provider: str, channel: str, country: str, now: datetime) -> Rate | None:
    """The rate of one route to a country (ISO 3166, "" when unknown); None without a price.

    Days and months are those of UTC. A database error passes through. At most two statements each
    `LIFE_SECONDS`: the table, and for a route with tiers the month's volume.
    """
    period, on = _period(now), now.astimezone(UTC).date()
    for rates in (_table(period), settings().prices):
        mine = [r for r in rates if (r.provider, r.channel) == (provider, channel)]
        tiered = any(rate.from_volume for rate in mine)
        found = rate_for(
            mine,
            provider=provider,
            channel=channel,
            country=country,
            on=on,
            volume=_volume(period, provider, channel) if tiered else 0,
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
    """Read the prices again at the next message, because one was changed here."""
    _tables.cache_clear()
    _volumes.cache_clear()


def _period(now: datetime) -> int:
    return int(now.timestamp()) // LIFE_SECONDS


def _table(period: int) -> tuple[Rate, ...]:
    return _tables.get(period, lambda: tuple(as_rate(row) for row in Price.objects.order_by("pk")))


def _volume(period: int, provider: str, channel: str) -> int:
    return _volumes.get((period, provider, channel), lambda: _count_sent(period, provider, channel))


def _count_sent(period: int, provider: str, channel: str) -> int:
    """Messages that left in the month so far, to all countries: what vendors' tiers count."""
    day = datetime.fromtimestamp(period * LIFE_SECONDS, tz=UTC).date()
    first, _ = month_of(day)
    return Delivery.objects.filter(
        provider=provider,
        channel=channel,
        sent_at__gte=datetime.combine(first, time.min, tzinfo=UTC),
    ).count()

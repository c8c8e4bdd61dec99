"""The throughput of a 10DLC campaign: text messages to US numbers go no faster than it allows.

The next free moment stands in the campaign's row and is moved by a conditional update, so all
workers together keep to it and none of them holds a lock while it waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Value, When

from otpguard.channels.breaker import RouteKey
from otpguard.core.assurance import Channel
from otpguard.models import TenDlcRegistration

LONGEST_WAIT = timedelta(seconds=1)
"""How far ahead of its turn a message may take one: a worker sleeps no longer."""

COUNTRY = "US"
_QUEUE = 50
"""How often a turn may be lost to others before the message goes back to the queue."""


def reserve_turn(route_key: RouteKey, now: datetime) -> timedelta | None:
    """How long to wait before this message may leave, at most LONGEST_WAIT; its turn is taken.

    None when it is not its turn for longer than that: then nothing was taken.
    """
    if route_key.channel != Channel.SMS or route_key.country != COUNTRY:
        return timedelta(0)
    for _ in range(_QUEUE):
        row = _ten_dlc(route_key.provider)
        if row is None:
            return timedelta(0)
        free = max(row.next_at, now)
        if free - now > LONGEST_WAIT:
            return None
        gap = timedelta(seconds=1) / max(row.per_second, 1)
        taken = TenDlcRegistration.objects.filter(pk=row.pk, next_at=row.next_at).update(
            next_at=free + gap
        )
        if taken:
            return free - now
    return None


def _ten_dlc(provider: str) -> TenDlcRegistration | None:
    """The one whose throughput counts: an approved one if there is any, the slowest of several."""
    rank = Case(
        When(status=TenDlcRegistration.Status.APPROVED, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = TenDlcRegistration.objects.filter(provider=provider).exclude(
        status=TenDlcRegistration.Status.REJECTED
    )
    return rows.order_by(rank, "per_second", "pk").first()

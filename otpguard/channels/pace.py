"""The pace of a 10DLC campaign: text messages to US numbers, no faster than it is registered for.

The next free moment stands in the registration's row and is moved by a conditional update, so all
workers together keep the pace and none of them holds a lock while it waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Value, When

from otpguard.channels.breaker import Spot
from otpguard.core.assurance import Channel
from otpguard.models import SenderRegistration

LONGEST_WAIT = timedelta(seconds=1)
"""How far ahead of its turn a message may take one: a worker sleeps no longer."""

COUNTRY = "US"
_QUEUE = 50
"""How often a turn may be lost to others before the message goes back to the queue."""


def turn(spot: Spot, now: datetime) -> timedelta | None:
    """How long to wait before this message may leave, at most LONGEST_WAIT; its turn is taken.

    None when it is not its turn for longer than that: then nothing was taken.
    """
    if spot.channel != Channel.SMS or spot.country != COUNTRY:
        return timedelta(0)
    for _ in range(_QUEUE):
        row = _registration(spot.provider)
        if row is None:
            return timedelta(0)
        free = max(row.next_at, now)
        if free - now > LONGEST_WAIT:
            return None
        gap = timedelta(seconds=1) / max(row.per_second, 1)
        taken = SenderRegistration.objects.filter(pk=row.pk, next_at=row.next_at).update(
            next_at=free + gap
        )
        if taken:
            return free - now
    return None


def _registration(provider: str) -> SenderRegistration | None:
    """The one whose pace counts: an approved one if there is any, the slowest of several."""
    rank = Case(
        When(status=SenderRegistration.Status.APPROVED, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = SenderRegistration.objects.filter(provider=provider).exclude(
        status=SenderRegistration.Status.REJECTED
    )
    return rows.order_by(rank, "per_second", "pk").first()

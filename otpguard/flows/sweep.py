"""One round of the sweep: due fallback timers, stale deliveries, expired challenges (C9).

Every worker runs this a few times a second. On PostgreSQL rows are taken with SKIP LOCKED, so the
workers share the work; each row's effect is a conditional change, so a repeat does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from otpguard.audit.recorder import record
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.events import ChallengeExpired
from otpguard.flows.deliver import circumstances_of, fall_back
from otpguard.models import Challenge, Delivery, HeldRequest
from otpguard.queue import DELIVER, enqueue

BATCH = 100
STALE_AFTER = timedelta(seconds=2)
"""A delivery that is still queued after this was lost between commit and broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How much one round found to do."""

    fell_back: int = 0
    requeued: int = 0
    expired: int = 0


def sweep(*, now: datetime) -> Swept:
    """Run one round. Commits each part by itself; raises only when the database is away."""
    return Swept(
        fell_back=_timers(now),
        requeued=_stale(now),
        expired=_expiries(now),
    )


def purge(*, now: datetime) -> int:
    """Delete held requests past their life: their content is not to be kept."""
    deleted, _ = HeldRequest.objects.filter(expires_at__lte=now).delete()
    return deleted


def _taken(rows: QuerySet[Challenge]) -> list[Challenge]:
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows[:BATCH])


def _timers(now: datetime) -> int:
    with transaction.atomic():
        due = _taken(
            Challenge.objects.filter(
                state=ChallengeState.OPEN.value, due_at__lte=now, expires_at__gt=now
            ).order_by("due_at")
        )
        for challenge in due:
            fall_back(challenge, reason="no delivery reported in time", now=now)
    return len(due)


def _stale(now: datetime) -> int:
    lost = Q(state=DeliveryState.QUEUED.value, created_at__lt=now - STALE_AFTER) & (
        Q(lease_until=None) | Q(lease_until__lt=now)
    )
    dead = Q(state=DeliveryState.SENDING.value, lease_until__lt=now)
    found = 0
    for pk in Delivery.objects.filter(lost | dead).values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            # A short lease on a queued row keeps the next rounds from enqueuing it again at once.
            taken = Delivery.objects.filter(lost | dead, pk=pk).update(
                state=DeliveryState.QUEUED.value, lease_until=now + STALE_AFTER
            )
            if taken:
                enqueue(DELIVER, delivery_id=str(pk))
                found += 1
    return found


def _expiries(now: datetime) -> int:
    with transaction.atomic():
        over = _taken(
            Challenge.objects.filter(state=ChallengeState.OPEN.value, expires_at__lte=now).order_by(
                "expires_at"
            )
        )
        for challenge in over:
            challenge.state, challenge.closed_at = ChallengeState.EXPIRED.value, now
            challenge.due_at = None
            challenge.save(update_fields=["state", "closed_at", "due_at"])
            record(ChallengeExpired(), circumstances_of(challenge, now))
    return len(over)

"""One round of the sweep: due fallback timers, stale deliveries and notices, expiries (C9).

Every worker runs this a few times a second. On PostgreSQL rows are taken with SKIP LOCKED, so the
workers share the work; each row's effect is a conditional change, so a repeat does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from otpguard.audit.recorder import record_all
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.events import ChallengeExpired
from otpguard.core.outcome import Failure
from otpguard.flows import errand
from otpguard.flows.approve import lapse
from otpguard.flows.due import STALE_AFTER, due
from otpguard.flows.fall_back import Fallen, fall_back
from otpguard.flows.leave import leave
from otpguard.flows.notify import CALLED_AGAIN_AFTER
from otpguard.flows.unattended import circumstances_of
from otpguard.models import Challenge, Delivery, HeldRequest, Notice, NoticeAddress, Receipt
from otpguard.notices.recipients import STILL_TOLD
from otpguard.queue import DELIVER, NOTIFY, enqueue, enqueue_all

Row = TypeVar("Row", Challenge, Delivery)

BATCH = 100
MOST_BATCHES = 20
"""Of timers in one round, so that the other parts of it have their turn."""
STALE_AT_MOST = timedelta(seconds=30)
"""The longest time between two calls for the same delivery."""
RECEIPTS_KEPT = timedelta(days=30)
"""How long reports of vendors are kept; by then every challenge that they are about is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How much one round found to do."""

    fell_back: int = 0
    requeued: int = 0
    expired: int = 0
    notices: int = 0
    errands: int = 0


def sweep(*, now: datetime) -> Swept:
    """Run one round. Commits each part by itself.

    Raises ExceptionGroup for what failed, after all the others had their turn.
    """
    found: dict[str, int] = {}
    errors: list[Exception] = []
    wanted = due(now)
    for name, part in _PARTS.items():
        if name not in wanted:
            continue
        try:
            found[name] = part(now)
        except Exception as error:  # noqa: BLE001 (raised below: one part must not stop another)
            errors.append(error)
    if errors:
        raise ExceptionGroup("parts of the sweep failed", errors)
    return Swept(**found)


def purge(*, now: datetime) -> int:
    """Delete what is not to be kept: held requests past their life, addresses removed long ago,
    old reports of vendors.

    Approvals that nobody gave in time are closed.
    """
    lapse(now=now)
    held, _ = HeldRequest.objects.filter(expires_at__lte=now).delete()
    addresses, _ = NoticeAddress.objects.filter(removed_at__lte=now - STILL_TOLD).delete()
    receipts, _ = Receipt.objects.filter(at__lte=now - RECEIPTS_KEPT).delete()
    return held + addresses + receipts


def _taken(rows: QuerySet[Row]) -> list[Row]:
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows[:BATCH])


def _timers(now: datetime) -> int:
    """All that are due, a batch in each transaction: a burst must not wait for the next rounds."""
    found = 0
    for _ in range(MOST_BATCHES):
        fired = _fire(now)
        found += fired
        if fired < BATCH:
            break
    return found


def _fire(now: datetime) -> int:
    with transaction.atomic():
        due = _taken(
            Challenge.objects.filter(
                state=ChallengeState.OPEN.value, due_at__lte=now, expires_at__gt=now
            ).order_by("due_at")
        )
        failures = _reported(due)
        fall_back([_fallen(challenge, failures) for challenge in due], now=now)
    return len(due)


def _fallen(challenge: Challenge, failures: Mapping[tuple[UUID, int], Failure]) -> Fallen:
    failure = failures.get((challenge.pk, challenge.step))
    if failure is None:
        return Fallen(challenge=challenge, reason="no delivery reported in time")
    return Fallen(
        challenge=challenge, reason=f"reported: {failure}", final=not failure.may_fall_back
    )


def _reported(challenges: list[Challenge]) -> dict[tuple[UUID, int], Failure]:
    """The failures that vendors reported of these challenges' deliveries."""
    failed = Delivery.objects.filter(
        challenge__in=challenges, state=DeliveryState.FAILED.value
    ).exclude(failure="")
    return {
        (challenge, step): Failure(failure)
        for challenge, step, failure in failed.values_list("challenge_id", "step", "failure")
    }


def _stale(now: datetime) -> int:
    """Deliveries that were lost between commit and broker, or with their worker.

    A row is called for again when it is twice as old as the last time: a queue that is merely long
    is not made longer by it.
    """
    lost = Q(state=DeliveryState.QUEUED.value, created_at__lt=now - STALE_AFTER) & (
        Q(lease_until=None) | Q(lease_until__lt=now)
    )
    dead = Q(state=DeliveryState.SENDING.value, lease_until__lt=now)
    with transaction.atomic():
        found = _taken(Delivery.objects.filter(lost | dead).order_by("created_at"))
        for row in found:
            row.state = DeliveryState.QUEUED.value
            row.lease_until = now + max(STALE_AFTER, min(now - row.created_at, STALE_AT_MOST))
        Delivery.objects.bulk_update(found, ["state", "lease_until"])
        enqueue_all(DELIVER, [{"delivery_id": str(row.pk)} for row in found])
    return len(found)


def _notices(now: datetime) -> int:
    """Notices whose next try is due, and those lost on the way or with their worker."""
    due = Q(state=Notice.State.QUEUED, lease_until__lt=now)
    lost = Q(state=Notice.State.QUEUED, lease_until=None, created_at__lt=now - STALE_AFTER)
    dead = Q(state=Notice.State.SENDING, lease_until__lt=now)
    found = 0
    for pk in Notice.objects.filter(due | lost | dead).values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            # As above; the claim takes a lease as short as this one for due.
            taken = Notice.objects.filter(due | lost | dead, pk=pk).update(
                state=Notice.State.QUEUED, lease_until=now + CALLED_AGAIN_AFTER
            )
            if taken:
                enqueue(NOTIFY, notice_id=str(pk))
                found += 1
    return found


def _expiries(now: datetime) -> int:
    with transaction.atomic():
        over = _taken(
            Challenge.objects.filter(state=ChallengeState.OPEN.value, expires_at__lte=now).order_by(
                "expires_at"
            )
        )
        keys = [challenge.pk for challenge in over]
        Challenge.objects.filter(pk__in=keys).update(
            state=ChallengeState.EXPIRED.value, closed_at=now, due_at=None
        )
        record_all([(ChallengeExpired(), circumstances_of(each, now)) for each in over])
        leave(keys, now=now)
    return len(over)


_PARTS: Mapping[str, Callable[[datetime], int]] = MappingProxyType(
    {
        "fell_back": _timers,
        "requeued": _stale,
        "expired": _expiries,
        "notices": _notices,
        "errands": errand.overdue,
    }
)
"""The parts of a round, by the field of Swept that counts them."""

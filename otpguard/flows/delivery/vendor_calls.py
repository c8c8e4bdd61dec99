"""Scheduled calls to vendors about a delivery: ask for its status, tell its outcome.

The due time stands in the delivery's row and is written in the transaction that causes the call. So
no dying worker and no flushed broker loses it: the sweep enqueues it again a few times before it is
given up.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from otpguard.core.challenge import ChallengeState
from otpguard.database import connection, transaction
from otpguard.flows.due import LEASE
from otpguard.models import Delivery
from otpguard.queue import CLOSE_AT_VENDOR, POLL_STATUS, enqueue, enqueue_all

logger = logging.getLogger("otpguard.vendor_calls")

GRACE = timedelta(seconds=10)
"""How long a task may wait in the broker before the sweep enqueues it again. These calls are not
urgent, and a long queue should not be made longer."""
AGAIN_AFTER = timedelta(seconds=5)
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorCall:
    """One kind of call. `due` and `tries` are columns of Delivery; `most` is the limit of tries.

    `while_open` means that the call is dropped once the challenge is closed.
    """

    task: str
    due: str
    tries: str
    most: int
    while_open: bool


STATUS_CALL = VendorCall(
    task=POLL_STATUS, due="status_call_at", tries="status_calls", most=5, while_open=True
)
CLOSING_CALL = VendorCall(
    task=CLOSE_AT_VENDOR, due="closing_call_at", tries="closing_calls", most=5, while_open=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedCall:
    """A call that this worker has claimed until `until`."""

    delivery: Delivery
    until: datetime


def schedule_call(
    call: VendorCall, delivery: Delivery, *, now: datetime, after: timedelta = timedelta(0)
) -> None:
    """Schedule the call for the commit of the caller's transaction, or `after` later.

    Does nothing if all tries are used.
    """
    left = Delivery.objects.filter(pk=delivery.pk, **{f"{call.tries}__lt": call.most})
    if left.update(**{call.due: now + (after or GRACE)}) and not after:
        enqueue(call.task, delivery_id=str(delivery.pk))


def schedule_calls(call: VendorCall, deliveries: Sequence[Delivery], *, now: datetime) -> None:
    """`schedule_call` for many deliveries, in two statements."""
    rows = Delivery.objects.filter(pk__in=[each.pk for each in deliveries])
    left = list(rows.filter(**{f"{call.tries}__lt": call.most}).values_list("pk", flat=True))
    if left:
        Delivery.objects.filter(pk__in=left).update(**{call.due: now + GRACE})
        enqueue_all(call.task, [{"delivery_id": str(pk)} for pk in left])


def claim_call(call: VendorCall, delivery_id: str, *, now: datetime) -> ClaimedCall | None:
    """Claim the call for LEASE; None if it is not due or another worker makes it."""
    until = now + LEASE
    due = {f"{call.due}__lte": now + GRACE, f"{call.tries}__lt": call.most}
    rows = Delivery.objects.filter(pk=delivery_id)
    if not rows.filter(**due).update(**{call.due: until, call.tries: F(call.tries) + 1}):
        return None
    return ClaimedCall(delivery=rows.select_related("challenge").get(), until=until)


def finish_call(call: VendorCall, claimed: ClaimedCall) -> None:
    """Mark the call as done. One that has been scheduled again stays due."""
    _own(call, claimed).update(**{call.due: None})


def postpone_call(
    call: VendorCall,
    claimed: ClaimedCall,
    *,
    now: datetime,
    at_least: timedelta = timedelta(0),
) -> None:
    """Schedule the next try of a failed call, later each time; none if this was the last.

    `at_least` is the wait that the vendor asks for.
    """
    tried = int(getattr(claimed.delivery, call.tries))
    wait = max(AGAIN_AFTER * (1 << max(tried - 1, 0)), at_least)
    again = now + wait if tried < call.most else None
    if _own(call, claimed).update(**{call.due: again}) and again is None:
        logger.warning("%s: given up on %s", call.task, claimed.delivery.provider)


def enqueue_overdue_calls(now: datetime) -> int:
    """Enqueue calls that are due or were lost, a batch of each kind; a part of the sweep.

    Commits by itself. Returns how many calls were enqueued.
    """
    return sum(_overdue(call, now) for call in (STATUS_CALL, CLOSING_CALL))


def _overdue(call: VendorCall, now: datetime) -> int:
    due = {f"{call.due}__isnull": False, f"{call.due}__lte": now}
    rows = Delivery.objects.filter(**due).order_by(call.due)
    if not rows.exists():
        return 0
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        taken = Delivery.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH]))
        # If all tries are used and it is still due, its worker died during the last try.
        wanted = taken.filter(**{f"{call.tries}__lt": call.most})
        if call.while_open:
            wanted = wanted.filter(challenge__state=ChallengeState.OPEN.value)
        called = list(wanted.values_list("pk", flat=True))
        taken.exclude(pk__in=called).update(**{call.due: None})
        taken.filter(pk__in=called).update(**{call.due: now + GRACE})
        enqueue_all(call.task, [{"delivery_id": str(pk)} for pk in called])
    return len(called)


def _own(call: VendorCall, claimed: ClaimedCall) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=claimed.delivery.pk, **{call.due: claimed.until})

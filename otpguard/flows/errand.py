"""Calls to vendors that are owed about a delivery: asking what became of it, telling how it ended.

When a call is due stands in the delivery's own row, in the transaction of what it is due to. So
neither a worker that dies nor a broker that forgets loses it: the sweep calls for it again, a few
times, and then it is given up.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from otpguard.core.challenge import ChallengeState
from otpguard.models import Delivery
from otpguard.queue import END, POLL, enqueue

logger = logging.getLogger("otpguard.errand")

GRACE = timedelta(seconds=10)
"""How long the broker has for a task before the sweep calls for it: nobody waits for these, and a
queue that is merely long should not be made longer."""
LEASE = timedelta(seconds=30)
"""Longer than any provider's deadline: past it, whoever made the call is taken for dead."""
AGAIN_AFTER = timedelta(seconds=5)
BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One kind of call. `due` and `tries` are columns of Delivery; `most` are all tries there are.

    `while_open` says that nobody wants to know once the challenge is closed.
    """

    task: str
    due: str
    tries: str
    most: int
    while_open: bool


ASK = Errand(task=POLL, due="ask_at", tries="asks", most=5, while_open=True)
TELL = Errand(task=END, due="tell_at", tries="tells", most=5, while_open=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A call that is ours to make until `until`."""

    delivery: Delivery
    until: datetime


def order(
    errand: Errand, delivery: Delivery, *, now: datetime, after: timedelta = timedelta(0)
) -> None:
    """Have the call made once the caller's transaction has committed, or `after` that.

    Does nothing once all tries are used.
    """
    left = Delivery.objects.filter(pk=delivery.pk, **{f"{errand.tries}__lt": errand.most})
    if left.update(**{errand.due: now + (after or GRACE)}) and not after:
        enqueue(errand.task, delivery_id=str(delivery.pk))


def claim(errand: Errand, delivery_id: str, *, now: datetime) -> Claimed | None:
    """Take the call, for LEASE; None when it is not due, or somebody else makes it."""
    until = now + LEASE
    due = {f"{errand.due}__lte": now + GRACE, f"{errand.tries}__lt": errand.most}
    rows = Delivery.objects.filter(pk=delivery_id)
    if not rows.filter(**due).update(**{errand.due: until, errand.tries: F(errand.tries) + 1}):
        return None
    return Claimed(delivery=rows.select_related("challenge").get(), until=until)


def settle(errand: Errand, claimed: Claimed) -> None:
    """The call is made, or there is nothing to say. One that was ordered meanwhile stays due."""
    _own(errand, claimed).update(**{errand.due: None})


def put_off(errand: Errand, claimed: Claimed, *, now: datetime) -> None:
    """The call did not get through: another try later, longer each time, or none if this was the
    last."""
    tried = int(getattr(claimed.delivery, errand.tries))
    again = now + AGAIN_AFTER * (1 << max(tried - 1, 0)) if tried < errand.most else None
    if _own(errand, claimed).update(**{errand.due: again}) and again is None:
        logger.warning("%s: given up on %s", errand.task, claimed.delivery.provider)


def overdue(now: datetime) -> int:
    """Call for what is due and what was lost, a batch of each kind; the sweep's part.

    Commits by itself. Returns how many calls were ordered.
    """
    return sum(_overdue(errand, now) for errand in (ASK, TELL))


def _overdue(errand: Errand, now: datetime) -> int:
    rows = Delivery.objects.filter(**{f"{errand.due}__lte": now}).order_by(errand.due)
    if not rows.exists():
        return 0
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        taken = Delivery.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH]))
        # One whose tries are used up has lost its worker in the last of them.
        wanted = taken.filter(**{f"{errand.tries}__lt": errand.most})
        if errand.while_open:
            wanted = wanted.filter(challenge__state=ChallengeState.OPEN.value)
        called = list(wanted.values_list("pk", flat=True))
        taken.exclude(pk__in=called).update(**{errand.due: None})
        taken.filter(pk__in=called).update(**{errand.due: now + GRACE})
        for pk in called:
            enqueue(errand.task, delivery_id=str(pk))
    return len(called)


def _own(errand: Errand, claimed: Claimed) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=claimed.delivery.pk, **{errand.due: claimed.until})

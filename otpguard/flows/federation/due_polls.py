"""Which transmitters of security events are to be polled now. Needs no package of its own: every
sweep asks, also where none is set up."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from otpguard.database import transaction
from otpguard.models import SignalStream
from otpguard.queue import POLL_SIGNALS, enqueue

EVERY = timedelta(seconds=50)
"""Between two polls of a stream; the sweep looks once a minute."""
BATCH = 100


def enqueue_due_polls(*, now: datetime) -> int:
    """Have the streams whose time has come polled by workers; returns how many. Commits each by
    itself."""
    due = SignalStream.objects.filter(
        Q(polled_at=None) | Q(polled_at__lte=now - EVERY), enabled=True
    ).exclude(poll_url="")
    found = 0
    for pk in due.values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            if due.filter(pk=pk).update(polled_at=now):
                enqueue(POLL_SIGNALS, stream_id=str(pk))
                found += 1
    return found

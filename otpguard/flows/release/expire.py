"""What the sweep does about releases: begin lost ones again, end those whose time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from otpguard.core.events.release import ReleaseExpired
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import ReleaseFailure, ReleaseState
from otpguard.database import transaction
from otpguard.flows.due import STALE_AFTER
from otpguard.flows.release.approved import is_refused
from otpguard.flows.release.ask import where
from otpguard.flows.release.cancel import cancel_unapproved
from otpguard.flows.release.destroy import delete_leftovers, end_release
from otpguard.flows.release.retry import fail_waiting, went_wrong
from otpguard.models import Release
from otpguard.queue import PRODUCE, enqueue_all

BATCH = 50

CALLED_AGAIN_AFTER = timedelta(minutes=1)
"""How soon a release that waits is handed to the workers again."""

WAITS_MOST = timedelta(hours=24)
"""A release that no worker has begun by then has failed."""


def tend_releases(*, now: datetime) -> int:
    """One round: dead tries, waiting releases, ended times, files that are still there. Returns how
    many releases changed. Commits each by itself."""
    return (
        _end_dead_tries(now)
        + _call_again(now)
        + _end_unapproved(now)
        + expire_releases(now=now)
        + delete_leftovers(now=now)
    )


def expire_releases(*, now: datetime) -> int:
    """End the releases whose time is over; returns how many."""
    over = Release.objects.filter(state=ReleaseState.READY.value, expires_at__lte=now)
    found = 0
    for row in over.order_by("expires_at")[:BATCH]:
        event = ReleaseExpired(export=str(row.pk), job=row.job, downloads=len(row.downloads))
        with transaction.atomic():
            found += end_release(
                release=row,
                state=ReleaseState.EXPIRED,
                event=event,
                circumstances=where(RequestFacts(now=now), row),
            )
    return found


def _end_dead_tries(now: datetime) -> int:
    dead = Release.objects.filter(state=ReleaseState.RUNNING.value, lease_until__lt=now)
    rows = list(dead.order_by("lease_until")[:BATCH])
    for row in rows:
        went_wrong(row, ReleaseFailure.WORKER, now=now)
    return len(rows)


def _end_unapproved(now: datetime) -> int:
    """Those whose approval was refused, or has lapsed."""
    waiting = Release.objects.filter(state=ReleaseState.QUEUED.value, waits_for_approval=True)
    rows = [row for row in waiting.order_by("created_at")[:BATCH] if is_refused(row, now=now)]
    return sum(cancel_unapproved(release=row, now=now) for row in rows)


def _call_again(now: datetime) -> int:
    """Those whose next try is due, and those that were lost between commit and broker."""
    waiting = Release.objects.filter(state=ReleaseState.QUEUED.value, waits_for_approval=False)
    for row in waiting.filter(created_at__lt=now - WAITS_MOST)[:BATCH]:
        fail_waiting(row, now=now)
    lost = Q(lease_until=None, created_at__lt=now - STALE_AFTER)
    with transaction.atomic():
        due = waiting.filter(lost | Q(lease_until__lte=now)).select_for_update(of=("self",))
        keys = [row.pk for row in due.order_by("created_at")[:BATCH]]
        if keys:
            Release.objects.filter(pk__in=keys, tries=0).update(
                lease_until=now + CALLED_AGAIN_AFTER
            )
            enqueue_all(PRODUCE, [{"release_id": str(pk)} for pk in keys])
    return len(keys)

"""Send signed heads of the audit log to places outside the database.

The order is that of a pass: a seal is committed, then its tiles go out, then its head, then the
witnesses. Sealing and appending never wait for it: it runs as a task of its own, and what a place
does not take is sent again until it does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from otpguard.audit.logs import newest_seal, note_of
from otpguard.audit.publishers.base import HeadPublisher, NewerHeadError, PublishError
from otpguard.audit.publishers.configured import TILES, configured_places
from otpguard.conf import settings
from otpguard.database import transaction
from otpguard.flows.audit.restore import stop_if_newer
from otpguard.models import ALL_HEADS, AuditSchedule, Publication, Seal
from otpguard.models.publishing.publication import ERROR_LENGTH
from otpguard.queue import PUBLISH_HEADS, enqueue

logger = logging.getLogger("otpguard.audit")

EVERY = timedelta(seconds=4)
"""How long after a run the sweep looks again: once a pass."""
IDLE = timedelta(minutes=1)
"""The same where no place is set, or none is due."""
LEASE = timedelta(minutes=5)
"""How long a run has before another one starts; two at once do no harm."""
LONGEST_WAIT = timedelta(minutes=15)
"""The longest time between two tries."""
MOST_HEADS = 1_000
"""The most heads of tenants behind one head of the log of all heads that is published, if there is
another head before: so that a long backlog is worked off in steps."""
DOUBLED = 8


@dataclass(slots=True)
class PublishRun:
    """What a run did: the places that took a head, those that did not and why, and the place that
    has a newer history than the database."""

    published: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    newer_at: str = ""


def enqueue_publishing(*, now: datetime) -> int:
    """Start a run if some place waits for a head; the part of the sweep. Commits."""
    is_due = settings().audit_publish.is_on and _is_due(now)
    with transaction.atomic():
        rows = AuditSchedule.objects.filter(pk=1, publish_at__lte=now)
        wait = LEASE if is_due else EVERY if settings().audit_publish.is_on else IDLE
        taken = rows.update(publish_at=now + wait)
        if taken and is_due:
            enqueue(PUBLISH_HEADS)
    return int(taken and is_due)


def publish_heads(*, now: datetime) -> PublishRun:
    """Send the newest head to each place that is due. Commits what each place took.

    Nothing is sent from a database that is older than what a place has: sealing stops then. Raises
    DatabaseError, and ImproperlyConfigured if OTPGUARD is wrong.
    """
    run, places = PublishRun(), configured_places()
    rows = _rows(places, now)
    for name, place in places.items():
        seal = _head_for(name, rows)
        row = rows[name]
        if seal is None or row.size >= seal.size or row.next_at > now:
            continue
        try:
            stop_if_newer(place.newest())
            note = place.publish(seal, note_of(seal), row.size)
        except NewerHeadError as newer:
            logger.critical("%s has another history of the audit log: %s", name, newer)
            _failed(row, str(newer), now)
            run.newer_at = name
            if newer.note:
                break  # signed by ourselves; what a place only says does not stop the others
        except PublishError as error:
            _failed(row, str(error), now)
            run.failed[name] = str(error)
        else:
            _published(row, seal, note, now + place.every, now)
            run.published[name] = seal.size
    AuditSchedule.objects.filter(pk=1).update(publish_at=now + EVERY)
    return run


def _is_due(now: datetime) -> bool:
    newest = newest_seal(ALL_HEADS)
    if newest is None:
        return False
    known = {row.name: row for row in Publication.objects.all()}
    rows = [known.get(name) for name in configured_places()]
    return any(row is None or (row.size < newest.size and row.next_at <= now) for row in rows)


def _rows(places: Mapping[str, HeadPublisher], now: datetime) -> dict[str, Publication]:
    missing = set(places) - set(Publication.objects.values_list("name", flat=True))
    Publication.objects.bulk_create(
        [Publication(name=name, next_at=now) for name in sorted(missing)], ignore_conflicts=True
    )
    return {row.name: row for row in Publication.objects.filter(name__in=places)}


def _head_for(name: str, rows: Mapping[str, Publication]) -> Seal | None:
    """The newest head, but no newer one than the tiles that are out."""
    heads = Seal.objects.filter(log=ALL_HEADS).order_by("-size")
    if name == TILES:
        step = heads.filter(size__lte=rows[name].size + MOST_HEADS).first()
        if step is None or step.size <= rows[name].size:
            step = heads.filter(size__gt=rows[name].size).last()
        return step
    if TILES in rows:
        heads = heads.filter(size__lte=rows[TILES].size)
    return heads.first()


def _published(row: Publication, seal: Seal, note: str, next_at: datetime, now: datetime) -> None:
    # A run that was overtaken changes nothing: the other one has published a newer head.
    changed = Publication.objects.filter(pk=row.pk, size__lt=seal.size)
    changed.update(
        size=seal.size, note=note, published_at=now, next_at=next_at, failures=0, error=""
    )
    row.size = max(row.size, seal.size)


def _failed(row: Publication, error: str, now: datetime) -> None:
    wait = min(EVERY * 2 ** min(row.failures, DOUBLED), LONGEST_WAIT)
    Publication.objects.filter(pk=row.pk).update(
        failures=row.failures + 1, error=error[:ERROR_LENGTH], next_at=now + wait
    )
    logger.warning("a head was not published at %s: %s", row.name, error)

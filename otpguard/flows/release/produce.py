"""Make the file of a release: claim it, let the job write, read it back, and only then say "ready".

A try has a lease, which each few seconds of work renew. A worker that dies stops renewing it, and
the sweep begins the release again under a new name and a new key, or says that it failed. What a
try wrote is deleted whatever happens to it: a file is never half released.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from json import loads
from time import monotonic
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone

from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.release import ReleaseFinished
from otpguard.core.facts import RequestFacts
from otpguard.core.release.rows import RowError, RowWriter
from otpguard.core.release.terms import ReleaseFailure, ReleaseState, window_of
from otpguard.core.secrets import same
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.flows.release.ask import stamp, where
from otpguard.flows.release.cancel import cancel_for_lost_role
from otpguard.flows.release.entitled import is_entitled
from otpguard.flows.release.region import wrong_region
from otpguard.flows.release.retry import went_wrong
from otpguard.models import Release
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.queue import enqueue
from otpguard.releases import storage
from otpguard.releases.encryption import KEY, PREFIX, TamperedError, decrypted, encrypted
from otpguard.releases.jobs import ReleaseOrder, load_job, task_name

logger = logging.getLogger("otpguard.releases")

LEASE = timedelta(minutes=5)
"""How long a job may take from one row to the next; past it, its worker counts as dead."""

BEAT_SECONDS = 2.0
"""How often the progress is written, the lease renewed and the person's role looked at."""

FOLDER = "otpguard"

Clock = Callable[[], datetime]


class StoppedError(Exception):
    """The release was canceled, or another worker has begun it again."""


def produce_release(*, release_id: str, now: datetime, clock: Clock = timezone.now) -> bool:
    """Run the job of a release that waits. True if its file is ready then.

    A Celery task of the host's is handed to a worker instead, and calls `write_release`. False if
    another worker has it, or it went wrong, which is written down. Must not run in a transaction.
    """
    row = _waiting().filter(pk=release_id).first()
    if row is None:
        return False
    try:
        job = load_job(row.job)
    except Exception:  # whatever the import of a host's module raises
        logger.exception("the job of a release cannot be loaded")
        taken = _claim(release_id, now)
        return taken is not None and went_wrong(taken, ReleaseFailure.JOB, now=now, final=True)
    if name := task_name(job):
        waits = _waiting().filter(pk=row.pk)
        with transaction.atomic():
            if waits.update(lease_until=now + LEASE):
                enqueue(name, release_id=release_id)
        return False
    return write_release(release_id=release_id, make=job, now=now, clock=clock)


def write_release(
    *,
    release_id: str,
    make: Callable[[ReleaseOrder], Iterable[Any]],
    now: datetime,
    clock: Clock = timezone.now,
) -> bool:
    """Claim a release and write the rows that `make` gives for its order. True if the file is ready
    then; False if another worker has it, or it went wrong, which is written down.

    Must not run in a transaction: progress and lease are committed while it works.
    """
    row = _claim(release_id, now)
    if row is None:
        return False
    if region := wrong_region(row.tenant):
        # Its tags were changed since it was asked for.
        logger.error("the file of a release was not made: its tenant must not lie in %s", region)
        return went_wrong(row, ReleaseFailure.STORAGE, now=clock(), final=True)
    try:
        _check_role(row)
        _write(row, make, clock)
    except _LostRoleError:
        cancel_for_lost_role(release=row, now=clock())
    except StoppedError:
        logger.info("a release was stopped while it was made")
    except (storage.StorageAwayError, TamperedError):
        logger.exception("the file of a release could not be kept")
        return went_wrong(row, ReleaseFailure.STORAGE, now=clock())
    except RowError:
        logger.exception("a job gave what is no row")
        return went_wrong(row, ReleaseFailure.JOB, now=clock(), final=True)
    except Exception:  # whatever a host's job raises
        logger.exception("a job of a release failed")
        return went_wrong(row, ReleaseFailure.JOB, now=clock())
    else:
        return True
    storage.delete(row.file)
    return False


def context_of(release: Release) -> bytes:
    """What binds a file to its release and tenant: another's key does not open it, even if somebody
    swaps names in the database."""
    return f"otpguard release 1|{release.pk}|{release.tenant_id}".encode()


class _LostRoleError(Exception):
    """The person may not have it any more."""


def _waiting() -> QuerySet[Release]:
    """What a worker may begin: never one that others have yet to approve."""
    return Release.objects.filter(state=ReleaseState.QUEUED.value, waits_for_approval=False)


def _claim(release_id: str, now: datetime) -> Release | None:
    """Begin a try: a new name and a new key. What the try before left is deleted first."""
    with transaction.atomic():
        row = _waiting().select_for_update(of=("self",)).filter(pk=release_id).first()
        if row is None:
            return None
        left = row.file
        row.state, row.tries, row.rows = ReleaseState.RUNNING.value, row.tries + 1, 0
        row.file = f"{FOLDER}/{uuid4().hex}"
        row.key = os.urandom(KEY).hex()
        row.lease_until = now + LEASE
        row.save(update_fields=["state", "tries", "rows", "file", "key", "lease_until"])
    storage.delete(left)
    row.refresh_from_db()
    return row


def _write(row: Release, make: Callable[[ReleaseOrder], Iterable[Any]], clock: Clock) -> None:
    order = ReleaseOrder(
        release=str(row.pk),
        tenant=str(row.tenant_id),
        user=str(row.user_id),
        arguments=loads(row.arguments.reveal() or "{}"),
    )
    key, context = bytes.fromhex(row.key.reveal()), context_of(row)
    writer, counted = RowWriter(row.format), _Counted()
    watched = _watched(make(order), row, writer, clock)
    pieces = counted.through(writer.pieces(watched))
    storage.save(row.file, encrypted(pieces, key=key, prefix=os.urandom(PREFIX), context=context))
    _renew(row, writer.rows, clock())
    read = _Counted()
    with storage.open_file(row.file) as stored:
        for _piece in read.through(decrypted(stored.read, key=key, context=context)):
            pass
    if not same(read.digest(), counted.digest()):
        raise TamperedError("the file does not read back as it was written")
    _finish(row, rows=writer.rows, counted=counted, now=clock())


class _Counted:
    """Passes pieces on, and knows their digest and size."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = sha256()

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._hash.update(piece)
            self.size += len(piece)
            yield piece

    def digest(self) -> str:
        return self._hash.hexdigest()


def _watched(rows: Iterable[Any], row: Release, writer: RowWriter, clock: Clock) -> Iterator[Any]:
    """The rows, with a beat every few seconds. Raises what `_renew` raises."""
    due = monotonic() + BEAT_SECONDS
    for each in rows:
        yield each
        if monotonic() >= due:
            _renew(row, writer.rows, clock())
            due = monotonic() + BEAT_SECONDS


def _renew(row: Release, rows: int, now: datetime) -> None:
    """Write the progress. Raises StoppedError if this try is no longer the one that counts."""
    mine = Release.objects.filter(pk=row.pk, state=ReleaseState.RUNNING.value, tries=row.tries)
    if not mine.update(rows=rows, lease_until=now + LEASE):
        raise StoppedError
    _check_role(row)


def _check_role(row: Release) -> None:
    if not is_entitled(row):
        raise _LostRoleError


def _finish(row: Release, *, rows: int, counted: _Counted, now: datetime) -> None:
    window = window_of(held_until=row.held_until, ready_at=now, life=settings().releases.life)
    with transaction.atomic():
        done = Release.objects.filter(
            pk=row.pk, state=ReleaseState.RUNNING.value, file=row.file
        ).update(
            state=ReleaseState.READY.value,
            rows=rows,
            size=counted.size,
            digest=counted.digest(),
            lease_until=None,
            ready_at=now,
            opens_at=window.opens_at,
            expires_at=window.closes_at,
        )
        if not done:
            raise StoppedError
        facts = RequestFacts(now=now)
        record(
            ReleaseFinished(
                export=str(row.pk),
                job=row.job,
                rows=rows,
                size=counted.size,
                digest=counted.digest(),
                opens_at=stamp(window.opens_at),
                expires_at=stamp(window.closes_at),
            ),
            where(facts, row),
        )
        notify(
            facts=facts,
            kind=NoticeKind.EXPORT_READY,
            user_id=str(row.user_id),
            tenant_id=str(row.tenant_id),
            context={
                Detail.JOB: row.job,
                Detail.USABLE_FROM: stamp(window.opens_at),
                Detail.DUE: stamp(window.closes_at),
            },
        )

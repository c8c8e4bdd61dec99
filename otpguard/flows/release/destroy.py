"""The end of a release: its key is gone with the change of state, its file soon after."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event
from otpguard.core.release.terms import ENDED, LIVE, ReleaseState
from otpguard.database import transaction
from otpguard.models import Release
from otpguard.releases import storage

BATCH = 50


def end_release(
    *,
    release: Release,
    state: ReleaseState,
    event: Event,
    circumstances: Circumstances,
    reason: str = "",
    ended_by: str = "",
) -> bool:
    """End a live release in the caller's transaction: destroy its key, and after the commit its
    file. False, with nothing written, if it has ended before: of several at once one counts."""
    ended = Release.objects.filter(pk=release.pk, state__in=[each.value for each in LIVE]).update(
        state=state.value,
        key="",
        lease_until=None,
        ended_at=circumstances.now,
        ended_by=ended_by or None,
        reason=reason,
    )
    if not ended:
        return False
    record(event, circumstances)
    transaction.on_commit(partial(delete_file_of, str(release.pk)))
    return True


def delete_file_of(release_id: str) -> bool:
    """Delete the file of a release that has ended. False while the storage has it still."""
    row = (
        Release.objects.filter(pk=release_id, state__in=[each.value for each in ENDED])
        .values_list("file", flat=True)
        .first()
    )
    if row is None or not storage.delete(row):
        return row is None
    Release.objects.filter(pk=release_id, file=row).update(file="")
    return True


def delete_leftovers(*, now: datetime) -> int:
    """Try again to delete files of ended releases; returns how many are gone. Nobody can read
    them: their keys went when they ended."""
    left = Release.objects.filter(
        state__in=[each.value for each in ENDED], ended_at__lte=now
    ).exclude(file="")
    keys = list(left.order_by("ended_at").values_list("pk", flat=True)[:BATCH])
    return sum(delete_file_of(str(pk)) for pk in keys)


def delete_files_later(*, tenant: object = None, user: object = None) -> None:
    """After the caller's commit, delete the files of a tenant's or a person's releases, whose rows
    and keys it deletes. A storage that is away then keeps files that nobody can read any more."""
    rows = Release.objects.exclude(file="")
    rows = rows.filter(Q(tenant=tenant) if tenant is not None else Q(user=user))
    for name in rows.values_list("file", flat=True):
        transaction.on_commit(partial(storage.delete, name))

"""From which index on the events of a log are kept."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from otpguard.audit.event_mac import is_genuine
from otpguard.audit.logs import position_of
from otpguard.core.sealing.purged import KIND, Purged, purged_by
from otpguard.core.sealing.tree import leaf_hash
from otpguard.models import SITE_EVENTS, Event, Seal
from otpguard.vault import UndecryptableError


def rows_of(log: UUID) -> QuerySet[Event]:
    """The events of a log."""
    return Event.objects.filter(tenant_id=None if log == SITE_EVENTS else log)


def purged_of(log: UUID) -> Purged | None:
    """The newest purge of a log that counts; None for a log that is whole.

    It counts if its event is genuine, names a seal with the root that this has, and all below were
    sealed long enough before. Reads one event and one seal. Raises DatabaseError.
    """
    for row in rows_of(log).filter(kind=KIND).order_by("-pk").iterator(chunk_size=10):
        purged = purged_by(row.body)
        if purged is None or not _is_ours(row):
            continue
        seal = Seal.objects.filter(log=log, size=purged.below).only("root", "at").first()
        if seal and bytes(seal.root) == purged.root and purged.is_due(seal.at):
            return purged
    return None


def is_purge_sealed(log: UUID) -> bool:
    """Whether a seal covers the newest purge of a log, so that others can see of it; also true for
    a log that is whole."""
    row = rows_of(log).filter(kind=KIND).order_by("-pk").first()
    return row is None or _place(row) is not None


def _is_ours(row: Event) -> bool:
    try:
        return is_genuine(row)
    except UndecryptableError:
        return _place(row) is not None  # its root key was retired; the seal still tells
    except (ValueError, KeyError, TypeError):
        return False


def _place(row: Event) -> int | None:
    placed = position_of(row, leaf_hash(row.body.encode(errors="surrogatepass")))
    return placed[0] if placed else None

"""Find a database that was put back to an earlier state, and go on after it.

A dump that is restored has old heads only. What was published is newer, and signed by us: then
nothing is sealed, for two histories would get one name. `otpguard_seal --after-restore` goes on in
a new generation of the logs, under names of their own.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.logs import find_origin, generation, newest_seal, tree_of
from otpguard.audit.publishers.base import NewerHeadError, PublishError
from otpguard.audit.publishers.configured import configured_places
from otpguard.audit.recorder import record
from otpguard.audit.seal_check import keys_of
from otpguard.audit.signers import is_signed
from otpguard.core.events.audit.log import LogRestored
from otpguard.core.sealing.note import SIGNS, Head, NoteError, SignedNote
from otpguard.core.sealing.tree import root_at
from otpguard.database import connection, transaction
from otpguard.models import ALL_HEADS, Event, Publication, Seal, SealCursor
from otpguard.statements import fetch

logger = logging.getLogger("otpguard.audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What `continue_after_restore` found: the generation in which it goes on, the heads that the
    database has, and the newest one that was published before."""

    generation: int
    heads: int
    lost: Head


class UnreachableError(Exception):
    """A place cannot be asked for its newest head, so a restore cannot be ruled out."""


def stop_if_newer(text: str) -> None:
    """Raise NewerHeadError if this published head is not one of the history in the database, and
    let nothing be sealed any more. Commits then.

    A head that no key of ours signed proves nothing: raises PublishError. Empty texts pass.
    """
    if not text or (newer := _newer(text)) is None:
        return
    SealCursor.objects.filter(pk=1).update(newer_head=text)
    detail = f"{newer.origin} was published with {newer.size} heads, and is not what is here"
    raise NewerHeadError(detail, text)


def look_at_places() -> dict[str, str]:
    """Ask every place for its newest head; one that is newer stops sealing. Returns the places that
    could not be asked, with the reason.

    Raises NewerHeadError, after it has committed that nothing is sealed.
    """
    away: dict[str, str] = {}
    for name, place in configured_places().items():
        try:
            stop_if_newer(place.newest())
        except PublishError as error:
            away[name] = str(error)
    return away


class _Looked:
    """Whether this process has asked: a restore happens while no worker runs."""

    pid = 0


def look_once() -> None:
    """The first time in a process, ask every place, and log what it finds. A place that is away
    holds nothing up: the next head that it is sent finds the same."""
    if _Looked.pid == os.getpid():
        return
    _Looked.pid = os.getpid()
    try:
        look_at_places()
    except NewerHeadError as newer:
        logger.critical("this database is older than what was published: %s", newer)


def continue_after_restore(*, now: datetime) -> Restored | None:
    """Compare with all places, and go on in a new generation if the database is the older one.

    None if it is not. Records the lost head in the log, which is then the first thing that is
    sealed; every place gets everything again, under the new names. Locks the cursor and commits.
    Raises UnreachableError where a place cannot be asked and none is newer.
    """
    away: dict[str, str] = {}
    with suppress(NewerHeadError):  # it stands in the cursor then
        away = look_at_places()
    with transaction.durable("continue_after_restore"):
        cursor = SealCursor.objects.select_for_update().filter(pk=1).first()
        if cursor is None or not cursor.newer_head:
            if away:
                said = "; ".join(f"{name}: {why}" for name, why in away.items())
                raise UnreachableError(f"not every place can be asked ({said})")
            return None
        lost = Head.parse(SignedNote.parse(cursor.newer_head).text)
        newest = newest_seal(ALL_HEADS)
        found = Restored(
            generation=max(find_origin(lost.origin)[1], cursor.generation) + 1,
            heads=newest.size if newest else 0,
            lost=lost,
        )
        cursor.generation, cursor.newer_head = found.generation, ""
        cursor.xact_offset += _missing_offset(cursor)
        cursor.next_at = now
        cursor.save()
        Publication.objects.update(size=0, next_at=now, failures=0, error="")
        event = LogRestored(
            generation=found.generation, heads=found.heads, lost_head=lost.text().strip()
        )
        record(event, Circumstances(now=now))
    return found


def _newer(text: str) -> Head | None:
    """The head if the database does not have its history. Raises PublishError."""
    try:
        note = SignedNote.parse(text)
        head = Head.parse(note.text)
        log, number = find_origin(head.origin)
        signed = note.verified_by(keys_of(log, number), is_signed)
    except (NoteError, LookupError) as wrong:
        raise PublishError(f"the newest head there: {wrong}") from None
    if not any((key.name, key.kind) == (head.origin, SIGNS) for key in signed):
        raise PublishError("the newest head there is signed by the clock only")
    now_in, newest = generation(), newest_seal(log)
    if number != now_in:
        return head if number > now_in else None
    if newest is None or newest.size < head.size:
        return head
    try:
        same = root_at(tree_of(log, newest.size), head.size) == head.root
    except LookupError as missing:
        raise PublishError(f"hashes are missing here: {missing}") from None
    return None if same else head


def _missing_offset(cursor: SealCursor) -> int:
    """What has to be added to the server's numbers of transactions so that they go on behind those
    of the rows: a dump that is restored into a new server brings rows with higher ones."""
    if connection.vendor != "postgresql":
        return 0
    known = [
        cursor.xact,
        Event.objects.aggregate(most=Max("xact"))["most"] or 0,
        Seal.objects.aggregate(most=Max("last_xact"))["most"] or 0,
    ]
    ((mine,),) = fetch("SELECT pg_current_xact_id()::text::bigint", [])
    behind: int = max(known) - mine - cursor.xact_offset + 1
    return max(behind, 0)

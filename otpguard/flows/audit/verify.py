"""Check the whole log against its seals: every index has exactly one row, and it is the right one.

The rule: row hash, then its position in the tree, then the seal of that position, then the
transactions of that seal. A count alone proves nothing. Reads only, with constant memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from otpguard.audit.event_mac import is_genuine
from otpguard.audit.logs import find_origin, log_of, newest_seal, origin_of, tree_of
from otpguard.audit.retained import purged_of
from otpguard.audit.seal_check import SealCheck, check_heads, keys_of
from otpguard.audit.signers import is_signed
from otpguard.conf import settings
from otpguard.core.sealing.damage import Damage, Damaged, Met, Strays, align
from otpguard.core.sealing.note import Head, NoteError, SignedNote
from otpguard.core.sealing.purged import Purged
from otpguard.core.sealing.tiles import split
from otpguard.core.sealing.tree import leaf_hash, root_at
from otpguard.exceptions import InvalidInput
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event, Seal, SealCursor
from otpguard.vault import UndecryptableError

STEP = 1_000
"""After so many events the caller hears how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyStep:
    """How far a check is: the name of the log, events read, those that no seal covers yet, those
    whose MAC cannot be checked because its root key is gone, what is damaged, and what was deleted
    because its term was over."""

    log: str
    events: int = 0
    waiting: int = 0
    unchecked: int = 0
    damages: tuple[Damaged, ...] = ()
    purged: Purged | None = None
    finished: bool = False


def logs_to_verify() -> list[UUID]:
    """Every log that has a seal or an event, besides that of all heads. Reads the whole log."""
    sealed = set(Seal.objects.exclude(log=ALL_HEADS).order_by().values_list("log", flat=True))
    written = Event.objects.order_by().values_list("tenant_id", flat=True).distinct()
    return sorted(sealed | {log_of(tenant) for tenant in written})


def verify_log(log: UUID, *, since: datetime | None = None) -> Iterator[VerifyStep]:
    """Check one log, or from the last seal before `since`, which is then believed.

    Yields after each thousand events, and at last with `finished`; what is damaged comes once,
    in the last one. Raises DatabaseError.
    """
    return _LogCheck(log, since).run()


def verify_heads(*, since: datetime | None = None) -> VerifyStep:
    """Check the log of all heads, or from the last one before `since`. Raises DatabaseError."""
    damages = tuple(check_heads(since))
    return VerifyStep(log=origin_of(ALL_HEADS), damages=damages, finished=True)


def verify_against(note: str) -> Damaged | None:
    """Whether the log still begins with a head that was kept elsewhere: the only check that finds
    a database that was put back as a whole. Reads some tiles.

    Raises InvalidInput for a text that is no head of a log here, or one that no trusted key signed.
    """
    try:
        signed = SignedNote.parse(note)
        head = Head.parse(signed.text)
        log, number = find_origin(head.origin)
        signed.verified_by(keys_of(log), is_signed)
    except (NoteError, LookupError) as wrong:
        raise InvalidInput("against", str(wrong)) from None
    newest = newest_seal(log)
    if newest is None or newest.size < head.size:
        has = newest.size if newest else 0
        detail = f"it has {has} events, and had {head.size}"
        return Damaged(damage=Damage.ROLLED_BACK, log=head.origin, detail=detail)
    try:
        same = root_at(tree_of(log, newest.size), head.size) == head.root
    except LookupError as missing:
        return Damaged(damage=Damage.HASHES, log=head.origin, detail=str(missing))
    if same:
        return None
    detail = "its end was lost with a restore" if number < newest.generation else ""
    return Damaged(damage=Damage.FORKED, log=head.origin, detail=detail)


class _LogCheck:
    def __init__(self, log: UUID, since: datetime | None) -> None:
        self._log, self._origin = log, origin_of(log)
        # In this order: what the cursor has passed is in the seals that are read after it.
        self._cursor = SealCursor.objects.filter(pk=1).first() or SealCursor()
        seals = Seal.objects.filter(log=log)
        self._after = seals.filter(at__lt=since).order_by("-size").first() if since else None
        self._seals = seals.filter(size__gt=self._after.size if self._after else 0)
        self._check = SealCheck(log, self._after)
        self._purged = purged_of(log)
        self._kept_from = self._purged.below if self._purged else 0
        self._seal_of: dict[int, Seal] = {}
        self._strays: Strays[Event] = Strays(self._origin, lambda row: str(row.pk))
        self._damages: list[Damaged] = []
        self._events = self._waiting = self._unchecked = 0

    def run(self) -> Iterator[VerifyStep]:
        # Kept while they are compared; a seal has at most a thousand leaves.
        for met in align(self._expected(), self._found()):
            if met.found is not None:
                self._events += 1
                self._look_at(met, met.found)
                if self._events % STEP == 0:
                    yield VerifyStep(log=self._origin, events=self._events)
            else:
                self._strays.remember(met)
        damages = [*self._check.damages, *self._damages, *self._strays.damages(self._known)]
        if self._strays.left_out:
            detail = f"and {self._strays.left_out} more"
            damages.append(Damaged(damage=Damage.CHANGED, log=self._origin, detail=detail))
        yield VerifyStep(
            log=self._origin,
            events=self._events,
            waiting=self._waiting,
            unchecked=self._unchecked,
            damages=tuple(damages),
            purged=self._purged,
            finished=True,
        )

    def _expected(self) -> Iterator[tuple[bytes, int]]:
        for seal in self._seals.order_by("size").iterator(chunk_size=20):
            self._seal_of[seal.first] = seal
            for index, leaf in enumerate(self._check.add_seal(seal), seal.first):
                if index >= self._kept_from:
                    yield leaf, index

    def _found(self) -> Iterator[tuple[bytes, Event]]:
        tenant = None if self._log == SITE_EVENTS else self._log
        rows = Event.objects.filter(tenant_id=tenant)
        if self._after is not None:
            last = (self._after.last_xact, self._after.last_event)
            rows = rows.filter(Q(xact__gt=last[0]) | Q(xact=last[0], pk__gt=last[1]))
        for row in rows.order_by("xact", "pk").iterator(chunk_size=STEP):
            yield leaf_hash(row.body.encode(errors="surrogatepass")), row

    def _look_at(self, met: Met[Event], row: Event) -> None:
        if not met.same and self._is_waiting(row):
            self._waiting += 1
            if met.index is not None:
                self._strays.remember(Met(met.index, met.sealed, None, None))
        elif not met.same:
            self._strays.remember(met)
        elif not self._fits(met.index or 0, row):
            self._record(Damage.MOVED, met.index, row)
        self._check_mac(met, row)

    def _is_waiting(self, row: Event) -> bool:
        return (row.xact, row.pk) > (self._cursor.xact, self._cursor.event)

    def _fits(self, index: int, row: Event) -> bool:
        """Whether the row's transaction is among those of the seal that has its index."""
        for first in [each for each in self._seal_of if self._seal_of[each].size <= index]:
            del self._seal_of[first]
        seal = next((s for s in self._seal_of.values() if s.first <= index < s.size), None)
        return seal is None or seal.first_xact <= row.xact <= seal.last_xact

    def _check_mac(self, met: Met[Event], row: Event) -> None:
        try:
            genuine = is_genuine(row)
        except UndecryptableError:
            self._unchecked += 1
            return
        except (ValueError, KeyError, TypeError):
            genuine = False
        if not genuine:
            foreign = f'"installation":"{settings().installation}"' not in row.body
            damage = Damage.FOREIGN if foreign else Damage.NOT_GENUINE
            self._record(damage, met.index if met.same else None, row)

    def _record(self, damage: Damage, index: int | None, row: Event) -> None:
        self._damages.append(
            Damaged(damage=damage, log=self._origin, index=index, event=str(row.pk))
        )

    def _known(self, leaves: frozenset[bytes]) -> frozenset[bytes]:
        """Which of these hashes stand anywhere in the log."""
        found: set[bytes] = set()
        for block in Seal.objects.filter(log=self._log).values_list("leaves", flat=True).iterator():
            found |= leaves.intersection(split(bytes(block)))
        return frozenset(found)

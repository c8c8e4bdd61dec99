"""Check a log against its tiles and heads in a storage: what the database says is only compared.

The storage alone shows whether the tiles give the root of every head that lies there. Then the
events of the database are compared with the hashes of the tiles, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import Storage

from otpguard.audit.logs import origin_of
from otpguard.audit.publishers.stored import open_storage, read_object
from otpguard.audit.retained import purged_of
from otpguard.audit.seal_check import keys_of
from otpguard.audit.signers import is_signed
from otpguard.core.sealing.damage import Damage, Damaged, Strays, align
from otpguard.core.sealing.note import SIGNS, Head, NoteError, SignedNote
from otpguard.core.sealing.tiles import WIDTH, split, tile_path
from otpguard.core.sealing.tree import HASH_BYTES, Frontier, leaf_hash
from otpguard.models import SITE_EVENTS, Event, Seal

STEP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TilesCheck:
    """What a check of one log in a storage found: events in its newest head there, older heads that
    fit, and damages."""

    log: str
    events: int = 0
    heads: int = 0
    damages: tuple[Damaged, ...] = ()


class NoHeadError(Exception):
    """The storage has no head of that log that can be read."""


def verify_tiles(log: UUID, *, alias: str) -> TilesCheck:
    """Check one log of the storage `alias`, with constant memory besides the names of its heads.

    The generation is the newest one of that log in the database. Reads only. Raises NoHeadError,
    PublishError and DatabaseError.
    """
    return _TilesCheck(log, open_storage(alias)).run()


class _TilesCheck:
    def __init__(self, log: UUID, storage: Storage) -> None:
        self._log, self._storage = log, storage
        newest = Seal.objects.filter(log=log).order_by("-size").first()
        self._number = newest.generation if newest else 1
        self._origin = origin_of(log, self._number)
        self._keys = keys_of(log, self._number)
        self._damages: list[Damaged] = []
        self._heads: dict[int, Head] = {}
        purged = purged_of(log)
        self._kept_from = purged.below if purged else 0

    def run(self) -> TilesCheck:
        head = self._head(f"{self._origin}/checkpoint")
        if head is None:
            raise NoHeadError(f"no signed head of {self._origin} is in the storage")
        fitting = self._read_heads(head)
        strays: Strays[Event] = Strays(self._origin, lambda row: str(row.pk))
        for met in align(self._leaves(head), self._rows(head)):
            if not met.same:
                strays.remember(met)
        strange = list(strays.damages(lambda leaves: self._known(leaves, head)))
        found = [*self._damages, *strange]
        return TilesCheck(log=self._origin, events=head.size, heads=fitting, damages=tuple(found))

    def _head(self, name: str) -> Head | None:
        """A head that one of our keys signed; another one is damage."""
        raw = read_object(self._storage, name)
        if raw is None:
            return None
        try:
            note = SignedNote.parse(raw.decode())
            head = Head.parse(note.text)
            signed = note.verified_by(self._keys, is_signed)
        except (NoteError, UnicodeDecodeError) as wrong:
            self._record(Damage.NOT_SIGNED, f"{name}: {wrong}")
            return None
        if head.origin != self._origin or all(key.kind != SIGNS for key in signed):
            self._record(Damage.NOT_SIGNED, name)
            return None
        return head

    def _read_heads(self, newest: Head) -> int:
        """Every head that lies there, by its size. One that is newer than the newest shows that
        somebody has put an older one in its place."""
        try:
            _, names = self._storage.listdir(f"{self._origin}/heads")
        except (FileNotFoundError, NotImplementedError):
            names = []
        for name in names:
            head = self._head(f"{self._origin}/heads/{name}")
            if head is None:
                continue
            if str(head.size) != name or head.size > newest.size:
                self._record(Damage.ROLLED_BACK, f"heads/{name}")
            self._heads[head.size] = head
        self._heads[newest.size] = newest
        return len(self._heads)

    def _leaves(self, head: Head) -> Iterator[tuple[bytes, int]]:
        """The hashes of the tiles in order, and on the way whether every head fits them."""
        frontier = Frontier()
        for number in range(-(-head.size // WIDTH)):
            width = min(WIDTH, head.size - number * WIDTH)
            for leaf in self._tile(number, width):
                frontier.append(leaf)
                known = self._heads.get(frontier.size)
                if known is not None and known.root != frontier.root():
                    self._record(Damage.FORKED, f"head of {frontier.size}")
                if frontier.size > self._kept_from:
                    yield leaf, frontier.size - 1
        if frontier.size != head.size:
            self._record(Damage.HASHES, f"{frontier.size} of {head.size} hashes are there")

    def _tile(self, number: int, width: int) -> list[bytes]:
        """A tile, or its full form where the partial one was cleared away."""
        for wide in (width, WIDTH):
            raw = read_object(self._storage, f"{self._origin}/{tile_path(0, number, wide)}")
            if raw is not None and len(raw) == wide * HASH_BYTES:
                return split(raw[: width * HASH_BYTES])
        self._record(Damage.HASHES, f"tile 0/{number} is missing")
        return []

    def _known(self, leaves: frozenset[bytes], head: Head) -> frozenset[bytes]:
        """Which of these hashes stand anywhere in the tiles."""
        found: set[bytes] = set()
        for number in range(-(-head.size // WIDTH)):
            found |= leaves.intersection(self._tile(number, min(WIDTH, head.size - number * WIDTH)))
        return frozenset(found)

    def _rows(self, head: Head) -> Iterator[tuple[bytes, Event]]:
        """As many events of the database as the head has and were not purged, in the order of the
        log."""
        tenant = None if self._log == SITE_EVENTS else self._log
        rows = Event.objects.filter(tenant_id=tenant).order_by("xact", "pk")
        rows = rows[: max(head.size - self._kept_from, 0)]
        for row in rows.iterator(chunk_size=STEP):
            yield leaf_hash(row.body.encode(errors="surrogatepass")), row

    def _record(self, damage: Damage, detail: str) -> None:
        self._damages.append(Damaged(damage=damage, log=self._origin, detail=detail))

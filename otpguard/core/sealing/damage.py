"""What a check of a log finds, and the comparison by which it finds it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

AHEAD = 512
"""How far both sides are searched for where they meet again."""
ADRIFT = 16
"""After so many places in a row where neither side has what the other has, many are missing."""
REMEMBERED = 10_000
"""The most events whose other half is looked for after the first pass."""

F = TypeVar("F")


class Damage(StrEnum):
    """What is wrong."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    MOVED = "moved"
    DUPLICATED = "duplicated"
    FOREIGN = "foreign"
    NOT_GENUINE = "not_genuine"
    NOT_CANONICAL = "not_canonical"
    BACK_DATED = "back_dated"
    FORKED = "forked"
    ROLLED_BACK = "rolled_back"
    NOT_SIGNED = "not_signed"
    HASHES = "hashes"
    NOT_PURGED = "not_purged"


SAID = {
    Damage.CHANGED: "the event is not the one that was sealed",
    Damage.REMOVED: "the event that was sealed here is missing",
    Damage.ADDED: "the event was added later: no seal covers it",
    Damage.MOVED: "the event stands in another place than it was sealed at",
    Damage.DUPLICATED: "the event is there a second time",
    Damage.FOREIGN: "the event is of another installation or tenant",
    Damage.NOT_GENUINE: "the MAC of the row does not fit",
    Damage.NOT_CANONICAL: "the event is not written in the one form that it must have",
    Damage.BACK_DATED: "the event names a time long before it was sealed",
    Damage.FORKED: "the head does not fit the events: there are two histories",
    Damage.ROLLED_BACK: "the log is shorter than a head that was seen before",
    Damage.NOT_SIGNED: "the head is not signed by a trusted key",
    Damage.HASHES: "stored hashes do not fit each other",
    Damage.NOT_PURGED: "no event of the log says that the first events may be gone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """One thing that is wrong: in which log, at which index, with which event, if that is known."""

    damage: Damage
    log: str
    index: int | None = None
    event: str = ""
    detail: str = ""

    def __str__(self) -> str:
        at = "" if self.index is None else f" #{self.index}"
        event = f" event {self.event}" if self.event else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.log}{at}{event}: {self.damage}: {SAID[self.damage]}{detail}"


@dataclass(frozen=True, slots=True)
class Met(Generic[F]):
    """A place of the log with its hash, and what was found for it with the hash of that. One side
    is None where it has no counterpart."""

    index: int | None
    sealed: bytes | None
    found: F | None
    leaf: bytes | None

    @property
    def same(self) -> bool:
        """Whether what was found is what was sealed."""
        return self.sealed == self.leaf


def align(
    expected: Iterable[tuple[bytes, int]], found: Iterable[tuple[bytes, F]]
) -> Iterator[Met[F]]:
    """Walk both in their order, with constant memory."""
    left, right = _Buffer(expected), _Buffer(found)
    adrift = 0
    while left.fill() and right.fill():
        leaf, index = left.rows[0]
        other, thing = right.rows[0]
        missing, strange = (0, 0) if leaf == other else (left.distance(other), right.distance(leaf))
        if missing is strange is None and adrift == ADRIFT:
            wanted = {each for each, _ in right.rows}
            while left.fill() and left.rows[0][0] not in wanted:
                leaf, index = left.rows.popleft()
                yield Met(index, leaf, None, None)
            adrift = 0
        elif missing == strange != 1:  # the same, unknown on both sides, or swapped
            adrift = adrift + 1 if missing is None else 0
            yield Met(index, leaf, thing, other)
            left.rows.popleft()
            right.rows.popleft()
        elif missing is not None and (strange is None or missing <= strange):
            yield from (Met(index, leaf, None, None) for leaf, index in left.taken(missing))
        elif strange is not None:
            yield from (Met(None, None, thing, other) for other, thing in right.taken(strange))
    yield from (Met(index, leaf, None, None) for leaf, index in left.rest())
    yield from (Met(None, None, thing, other) for other, thing in right.rest())


R = TypeVar("R")


class _Buffer(Generic[R]):
    def __init__(self, rows: Iterable[tuple[bytes, R]]) -> None:
        self._more = iter(rows)
        self.rows: deque[tuple[bytes, R]] = deque()

    def fill(self, wanted: int = 1) -> bool:
        while len(self.rows) < wanted and (row := next(self._more, None)) is not None:
            self.rows.append(row)
        return bool(self.rows)

    def distance(self, leaf: bytes) -> int | None:
        self.fill(AHEAD)
        return next((at for at, (each, _) in enumerate(self.rows) if each == leaf), None)

    def taken(self, number: int) -> list[tuple[bytes, R]]:
        return [self.rows.popleft() for _ in range(number)]

    def rest(self) -> Iterator[tuple[bytes, R]]:
        while self.fill():
            yield self.rows.popleft()


class Strays(Generic[F]):
    """The events that have no place, and the places that have no event, until the end of a pass:
    then it shows which of them was moved."""

    def __init__(self, log: str, name: Callable[[F], str]) -> None:
        self._log = log
        self._name = name
        self._missing: dict[bytes, int] = {}
        self._strange: list[tuple[bytes, F, int | None]] = []
        self.left_out = 0

    def remember(self, met: Met[F]) -> None:
        """Remember what did not meet."""
        if len(self._missing) + len(self._strange) >= REMEMBERED:
            self.left_out += 1
            return
        if met.found is not None and met.leaf is not None:
            self._strange.append((met.leaf, met.found, met.index))
        if met.index is not None and met.sealed is not None:
            self._missing[met.sealed] = met.index

    def leaves(self) -> frozenset[bytes]:
        """The hashes of the events without a place."""
        return frozenset(leaf for leaf, _, _ in self._strange)

    def damages(self, known: Callable[[frozenset[bytes]], frozenset[bytes]]) -> Iterator[Damaged]:
        """What they are. `known` says which of some hashes stand in the log at all."""
        elsewhere = known(self.leaves()) if self._strange else frozenset()
        found_places: set[int] = set()
        unplaced = []
        for leaf, thing, index in self._strange:
            moved = self._missing.get(leaf)
            if moved is not None and moved not in found_places:
                found_places.add(moved)
                yield self._damaged(Damage.MOVED, moved, thing)
            elif leaf in elsewhere:
                yield self._damaged(Damage.DUPLICATED, None, thing)
            else:
                unplaced.append((thing, index))
        for thing, index in unplaced:
            if index is not None and index not in found_places:
                found_places.add(index)
                yield self._damaged(Damage.CHANGED, index, thing)
            else:
                yield self._damaged(Damage.ADDED, None, thing)
        for index in sorted(set(self._missing.values()) - found_places):
            yield Damaged(damage=Damage.REMOVED, log=self._log, index=index)

    def _damaged(self, damage: Damage, index: int | None, thing: F) -> Damaged:
        return Damaged(damage=damage, log=self._log, index=index, event=self._name(thing))

"""The check of a bundle: every event is the one that was sealed, and every head fits."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import BadZipFile, ZipFile

from otpguard.core.canonical import NotCanonicalError, canonical_bytes
from otpguard.core.sealing import bundle
from otpguard.core.sealing.bundle import generation_of, without_generation
from otpguard.core.sealing.damage import Damage, Damaged, Strays, align
from otpguard.core.sealing.note import COSIGNS, SIGNS, Head, NoteError, NoteKey, SignedNote
from otpguard.core.sealing.proof_file import ProofFile
from otpguard.core.sealing.purged import Purged
from otpguard.core.sealing.tiles import WIDTH, split, tile_path
from otpguard.core.sealing.tree import HASH_BYTES, Frontier, ProofError, leaf_hash
from otpguard.verify_export.purge import claim_of
from otpguard.verify_export.restores import is_earlier, lost_with, through_restores
from otpguard.verify_export.signatures import is_signed

MOST_MEMBERS = 1_000_000
MOST_BYTES = 1_000_000
"""The most bytes of a member that is read as a whole."""
LONGEST_LINE = 65_536
LATE = timedelta(hours=1)
"""How much earlier than the head before its own an event may be: a transaction can take long."""


class BundleError(ValueError):
    """The file is no bundle that can be checked."""


@dataclass(slots=True, kw_only=True)
class ExportCheck:
    """What was found. `pinned`: the key was given, and does not come out of the bundle. `purged`:
    what the log says of its first events, if they are not there. `generation` is 1 in a log that
    was never restored."""

    origin: str
    size: int
    pinned: bool
    events: int = 0
    heads: int = 0
    damages: list[Damaged] = field(default_factory=list)
    against: bool = False
    generation: int = 1
    purged: Purged | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damages


@dataclass(frozen=True, slots=True)
class _Line:
    raw: bytes
    number: int

    def name(self) -> str:
        """The id of the event, or the number of its line."""
        try:
            return str(json.loads(self.raw)["id"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return f"line {self.number}"


def verify_bundle(
    file: Path, *, keys: Sequence[str] = (), against: Sequence[str] = (), fast: bool = False
) -> ExportCheck:
    """Check a bundle with constant memory. `keys` are trusted keys as text (name+id+base64), those
    of the bundle without any; `against` are signed heads; `fast` leaves the content of events out.

    Raises BundleError for a file that cannot be checked.
    """
    try:
        with ZipFile(file) as archive:
            return _BundleCheck(archive, keys).run(against, fast=fast)
    except (BadZipFile, OSError, EOFError, KeyError, NotImplementedError, ValueError) as wrong:
        if isinstance(wrong, BundleError):
            raise
        raise BundleError(f"this is no bundle that can be read: {wrong}") from None


class _BundleCheck:
    def __init__(self, archive: ZipFile, keys: Sequence[str]) -> None:
        self._archive = archive
        names = archive.namelist()
        if len(names) > MOST_MEMBERS or len(set(names)) != len(names):
            raise BundleError("it has too many members, or one twice")
        self._names = names
        manifest = json.loads(self._text(bundle.MANIFEST))
        if manifest.get("format") != bundle.FORMAT:
            raise BundleError(f"its format is not {bundle.FORMAT}")
        self._kept_from = int(manifest.get("first", 0))
        texts = keys or self._text(bundle.KEYS).split("\n")
        self._keys = [NoteKey.parse(each) for each in texts if each.strip()]
        if not any(key.kind == COSIGNS for key in self._keys):
            # Without a trusted key of the clock, the times are as the bundle says.
            own = [NoteKey.parse(each) for each in self._text(bundle.KEYS).split("\n") if each]
            self._keys += [key for key in own if key.kind == COSIGNS]
        note = SignedNote.parse(self._text(bundle.HEAD))
        self._head = Head.parse(note.text)
        self._keys = list(through_restores(self._keys, self._head.origin))
        self.found = ExportCheck(origin=self._head.origin, size=self._head.size, pinned=bool(keys))
        self.found.generation = generation_of(self._head.origin)
        self._roots: dict[int, bytes] = {}
        self._lost: dict[int, str] = {}
        self._moments: list[tuple[int, datetime]] = []
        self._sizes: list[int] = []
        self._times: list[datetime] = []
        self._read_head(note)

    def run(self, against: Sequence[str], *, fast: bool) -> ExportCheck:
        found = self.found
        sizes = [name.removeprefix(bundle.HEADS) for name in self._names if _is_head(name)]
        for size in sorted(sizes, key=int):
            self._read_head(SignedNote.parse(self._text(f"{bundle.HEADS}{size}")))
        for text in against:
            self._read_kept(text)
        for leaves, time in sorted(self._moments):
            self._sizes.append(leaves)
            self._times.append(time)
        self._check_head_proof()
        self._check_purge()
        strays: Strays[_Line] = Strays(found.origin, _Line.name)
        for met in align(self._leaves(), self._lines()):
            if not met.same:
                strays.remember(met)
            if met.found is not None:
                found.events += 1
                if not fast:
                    self._read(met.found, met.index if met.same else None)
        found.damages += strays.damages(self._known)
        if strays.left_out:
            self._record(Damage.CHANGED, detail=f"and {strays.left_out} more")
        return found

    def _text(self, name: str) -> str:
        with self._archive.open(name) as member:
            raw = member.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise BundleError(f"{name} is too long")
        return raw.decode()

    def _record(
        self, damage: Damage, index: int | None = None, event: str = "", detail: str = ""
    ) -> None:
        self.found.damages.append(
            Damaged(damage=damage, log=self.found.origin, index=index, event=event, detail=detail)
        )

    def _read_head(self, note: SignedNote) -> None:
        """A head of the bundle: who signed it, when, and what root it wants."""
        head = Head.parse(note.text)
        self.found.heads += 1
        detail = f"head of {head.size}"
        try:
            signed = note.verified_by(self._keys, is_signed)
        except NoteError as wrong:
            self._record(Damage.NOT_SIGNED, detail=f"{detail}: {wrong}")
            return
        if not any((key.name, key.kind) == (head.origin, SIGNS) for key in signed):
            self._record(Damage.NOT_SIGNED, detail=f"{detail}: only by the clock")
            return
        if not is_earlier(head.origin, self.found.origin) or head.size > self._head.size:
            self._record(Damage.FORKED, detail=f"{detail} of {head.origin}")
        elif self._roots.setdefault(head.size, head.root) != head.root:
            self._record(Damage.FORKED, detail=detail)
        for clock in (key for key in signed if key.kind == COSIGNS):
            seconds = note.time_by(clock) or 0
            self._moments.append((head.size, datetime.fromtimestamp(seconds, UTC)))

    def _read_kept(self, text: str) -> None:
        """A head that was kept elsewhere. Raises BundleError if it is not one of this log."""
        try:
            note = SignedNote.parse(text)
            head = Head.parse(note.text)
            note.verified_by(self._keys, is_signed)
        except NoteError as wrong:
            raise BundleError(f"the head that was kept: {wrong}") from None
        if without_generation(head.origin) != without_generation(self.found.origin):
            raise BundleError(f"the head that was kept is of {head.origin}")
        self.found.against = True
        lost = lost_with(head.origin, self.found.origin)
        if not is_earlier(head.origin, self.found.origin):
            detail = f"the head that was kept is of a later generation, {head.origin}"
            self._record(Damage.ROLLED_BACK, detail=detail)
        elif head.size > self._head.size:
            detail = f"it has {self._head.size} events, and had {head.size}{lost}"
            self._record(Damage.ROLLED_BACK, detail=detail)
        elif self._roots.setdefault(head.size, head.root) != head.root:
            self._record(Damage.FORKED, detail=f"head of {head.size}, against the one kept{lost}")
        else:
            self._lost[head.size] = lost

    def _check_head_proof(self) -> None:
        try:
            proof = ProofFile.parse(self._text(bundle.HEAD_PROOF))
            name = Head.parse(proof.note.text).origin
            # One key signs all logs of a site, each under the name of the log.
            signing = {key.public for key in self._keys if key.kind == SIGNS}
            keys = [NoteKey(name=name, public=public) for public in signing]
            proof.verify(self._head.text().encode(), keys, is_signed)
        except (NoteError, ProofError) as wrong:
            self._record(Damage.FORKED, detail=f"in the log of all heads: {wrong}")
            return
        site = without_generation(self.found.origin).rpartition("/")[0]
        if without_generation(name) != f"{site}/heads":
            self._record(Damage.FORKED, detail=f"{name} is not the log of all heads")

    def _check_purge(self) -> None:
        """Unless the log says so itself, no event may be missing at the beginning."""
        if self._kept_from == 0:
            return
        claim = claim_of((line.raw for _, line in self._lines()), self._kept_from)
        index = self._place(claim.leaf, self._kept_from) if claim else None
        moments = list(zip(self._sizes, self._times, strict=True))
        if claim is None or not claim.holds(index, moments):
            self._record(Damage.NOT_PURGED, detail=f"the first {self._kept_from}")
            self._kept_from = 0
            return
        if self._roots.setdefault(self._kept_from, claim.purged.root) != claim.purged.root:
            self._record(Damage.FORKED, detail=f"root of {self._kept_from}, as the purge says")
        self.found.purged = claim.purged

    def _place(self, leaf: bytes, first: int) -> int | None:
        """The index of a hash that is not before `first`."""
        for number in range(first // WIDTH, -(-self._head.size // WIDTH)):
            for at, each in enumerate(split(self._tile(number)), number * WIDTH):
                if each == leaf and at >= first:
                    return at
        return None

    def _leaves(self) -> Iterator[tuple[bytes, int]]:
        """The hashes of the tiles, and on the way whether every head fits them."""
        frontier = Frontier()
        for number in range(-(-self._head.size // WIDTH)):
            raw = self._tile(number)
            if not raw:
                self._record(Damage.HASHES, detail=tile_path(0, number))
                return
            for leaf in split(raw):
                if frontier.size >= self._kept_from:
                    yield leaf, frontier.size
                frontier.append(leaf)
                if frontier.size in self._roots and self._roots[frontier.size] != frontier.root():
                    lost = self._lost.get(frontier.size, "")
                    self._record(Damage.FORKED, detail=f"head of {frontier.size}{lost}")

    def _lines(self) -> Iterator[tuple[bytes, _Line]]:
        with self._archive.open(bundle.EVENTS) as member:
            number = 0
            while raw := member.readline(LONGEST_LINE):
                number += 1
                line = raw.removesuffix(b"\n")
                if line == raw:
                    self._record(Damage.NOT_CANONICAL, event=f"line {number}", detail="no newline")
                yield leaf_hash(line), _Line(line, number)
                if number > self._head.size + LONGEST_LINE:
                    raise BundleError("it has far more events than its head says")

    def _read(self, line: _Line, index: int | None) -> None:
        """What the event itself says: its form, whose it is, and when."""
        try:
            body = json.loads(line.raw, object_pairs_hook=_once)
            canonical = canonical_bytes(body) == line.raw
            origin = _origin_of(body)
            at = datetime.fromisoformat(body["at"])
        except (ValueError, KeyError, TypeError, NotCanonicalError, RecursionError):
            canonical, origin, at = False, without_generation(self.found.origin), None
        if not canonical:
            self._record(Damage.NOT_CANONICAL, index, line.name())
        if origin != without_generation(self.found.origin):
            self._record(Damage.FOREIGN, index, line.name(), origin)
        if index is not None and at is not None:
            before = bisect_right(self._sizes, index) - 2
            if before >= 0 and at < self._times[before] - LATE:
                self._record(Damage.BACK_DATED, index, line.name(), body["at"])

    def _known(self, leaves: frozenset[bytes]) -> frozenset[bytes]:
        found: set[bytes] = set()
        for number in range(-(-self._head.size // WIDTH)):
            found |= leaves.intersection(split(self._tile(number)))
        return frozenset(found)

    def _tile(self, number: int) -> bytes:
        """The hashes of a tile; nothing where it is missing or has the wrong length."""
        width = min(WIDTH, self._head.size - number * WIDTH)
        try:
            with self._archive.open(tile_path(0, number, width)) as member:
                raw = member.read(WIDTH * HASH_BYTES + 1)
        except KeyError:
            return b""
        return raw if len(raw) == width * HASH_BYTES else b""


def _origin_of(body: Any) -> str:  # noqa: ANN401 (whatever JSON says)
    tenant = UUID(body["tenant"]).hex if body["tenant"] else "site"
    return f"{body['installation'] or bundle.UNNAMED}/{tenant}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _is_head(name: str) -> bool:
    size = name.removeprefix(bundle.HEADS)
    return name.startswith(bundle.HEADS) and size.isascii() and size.isdecimal()

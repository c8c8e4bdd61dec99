"""Check the seals of a log for themselves: their order, roots, signatures and tiles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from otpguard.audit.logs import clock_key_of, generation, head_of, key_of, note_of, origin_of
from otpguard.audit.signers import clock_signer, head_signer, is_signed, trusted
from otpguard.core.sealing.damage import Damage, Damaged
from otpguard.core.sealing.note import NoteError, NoteKey
from otpguard.core.sealing.tiles import WIDTH, split
from otpguard.core.sealing.tree import Frontier, ProofError, leaf_hash, root_of
from otpguard.models import ALL_HEADS, LogTile, Seal


def keys_of(log: UUID, newest: int | None = None) -> list[NoteKey]:
    """The keys whose signatures count for a log, those of the newest generation first: of the one
    in force, or of `newest`."""
    signing, telling = sorted(trusted(head_signer())), sorted(trusted(clock_signer()))
    return [
        key
        for number in range(newest or generation(), 0, -1)
        for key in (
            *(key_of(log, public, number) for public in signing),
            *(clock_key_of(log, public, number) for public in telling),
        )
    ]


class SealCheck:
    """Takes the seals of a log one after the other, the oldest first, and collects damages."""

    def __init__(self, log: UUID, after: Seal | None = None) -> None:
        """Without `after` from the beginning; else from the seal behind it, which is believed."""
        self.damages: list[Damaged] = []
        self._log = log
        self._keys = keys_of(log)
        self._frontier = Frontier()
        if after is not None:
            self._frontier = Frontier(after.size, split(bytes(after.peaks)))
        self._tiles: list[tuple[int, list[bytes]]] | None = [] if after is None else None

    def add_seal(self, seal: Seal) -> list[bytes]:
        """Check one, and return the hashes of its leaves."""
        leaves = split(bytes(seal.leaves))
        frontier = self._frontier
        if seal.first != frontier.size or seal.size != seal.first + len(leaves):
            self._record(
                Damage.HASHES, seal, "a seal is missing or does not join the one before it"
            )
        frontier.extend(leaves)
        if frontier.root() != bytes(seal.root) or b"".join(frontier.peaks) != bytes(seal.peaks):
            self._record(Damage.FORKED, seal)
            self._restart(seal)
        try:
            signed = note_of(seal).verified_by(self._keys, is_signed)
        except NoteError as wrong:
            self._record(Damage.NOT_SIGNED, seal, str(wrong))
        else:
            if not any(key.name == head_of(seal).origin for key in signed):
                self._record(Damage.NOT_SIGNED, seal, "only by the clock")
        for leaf in leaves:
            self._push(0, leaf)
        return leaves

    def _restart(self, seal: Seal) -> None:
        """Go on from what this seal says, so that one damage is not told again and again."""
        with suppress(ProofError):
            self._frontier = Frontier(seal.size, split(bytes(seal.peaks)))

    def _record(self, damage: Damage, seal: Seal, detail: str = "") -> None:
        origin = origin_of(self._log)
        said = f"head of {seal.size}" + (f": {detail}" if detail else "")
        self.damages.append(Damaged(damage=damage, log=origin, detail=said))

    def _push(self, level: int, leaf: bytes) -> None:
        """Compare each tile that has become full with the one that is stored."""
        if self._tiles is None:
            return
        if len(self._tiles) <= level:
            self._tiles.append((0, []))
        number, hashes = self._tiles[level]
        hashes.append(leaf)
        if len(hashes) < WIDTH:
            return
        self._tiles[level] = (number + 1, [])
        root = root_of(hashes)
        stored = LogTile.objects.filter(log=self._log, level=level, number=number).first()
        fits = stored is not None and (bytes(stored.hashes), bytes(stored.root)) == (
            b"".join(hashes),
            root,
        )
        if not fits:
            detail = f"tile {level}/{number}"
            name = origin_of(self._log)
            self.damages.append(Damaged(damage=Damage.HASHES, log=name, detail=detail))
        self._push(level + 1, root)


def check_heads(since: datetime | None = None) -> Iterator[Damaged]:
    """What is wrong with the log of all heads: each head of another log is one of its leaves. From
    the last head before `since` on, which is then believed."""
    mine = Seal.objects.filter(log=ALL_HEADS)
    after = mine.filter(at__lt=since).order_by("-size").first() if since else None
    check = SealCheck(ALL_HEADS, after)
    name = origin_of(ALL_HEADS)
    index = after.size if after else 0
    # In the order of their keys, seals stand in the order of their heads' positions.
    others = Seal.objects.exclude(log=ALL_HEADS).filter(pk__gt=after.pk if after else 0)
    heads = iter(others.order_by("position", "pk").iterator())
    for seal in mine.filter(size__gt=index).order_by("size").iterator():
        for leaf in check.add_seal(seal):
            head = next(heads, None)
            text = head_of(head).text() if head is not None else ""
            if head is None or head.position != index or leaf_hash(text.encode()) != leaf:
                yield Damaged(damage=Damage.FORKED, log=name, index=index)
                return
            index += 1
    yield from check.damages
    for head in heads:
        detail = f"the head of {head.size} of {origin_of(head.log)}"
        yield Damaged(damage=Damage.ADDED, log=name, detail=detail)
        return

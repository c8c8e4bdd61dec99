"""Tiles of a tree, as C2SP tlog-tiles cuts it: 256 hashes each, eight levels of the tree high."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from otpguard.core.sealing.tree import HASH_BYTES, Nodes, root_of

WIDTH = 256
HEIGHT = 8
TILE_BYTES = WIDTH * HASH_BYTES

ReadTile = Callable[[int, int, int], bytes]
"""The first `width` hashes of the tile `number` of `level`, one after the other."""


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Where a tile lies below the log's address; `level` is a number or "entries".

    `width` is how many hashes it has; less than 256 makes a partial tile.
    """
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """Every tile of a tree of `size` leaves: level, number, width. The full ones of a level come
    before its partial one."""
    found: list[tuple[int, int, int]] = []
    level = 0
    while size:
        found += [(level, number, WIDTH) for number in range(size // WIDTH)]
        if size % WIDTH:
            found.append((level, size // WIDTH, size % WIDTH))
        size //= WIDTH
        level += 1
    return found


def tiles_between(old: int, size: int) -> Iterator[tuple[int, int, int]]:
    """The tiles that a tree of `size` leaves has and one of `old` leaves has not, in another width
    or at all: level, number, width."""
    level = 0
    while size > old:
        for number in range(old // WIDTH, -(-size // WIDTH)):
            yield level, number, min(WIDTH, size - number * WIDTH)
        old, size, level = old // WIDTH, size // WIDTH, level + 1


def nodes_from(read: ReadTile, size: int) -> Nodes:
    """The nodes of a tree of `size` leaves out of its tiles; each tile is read once."""

    @cache
    def tile(level: int, number: int) -> bytes:
        width = min(WIDTH, (size >> HEIGHT * level) - number * WIDTH)
        return read(level, number, width)

    def node(level: int, index: int) -> bytes:
        height, inside = divmod(level, HEIGHT)
        first = index << inside
        number, offset = divmod(first, WIDTH)
        hashes = split(tile(height, number)[offset * HASH_BYTES :][: HASH_BYTES << inside])
        return root_of(hashes)

    return node


def split(hashes: bytes) -> list[bytes]:
    """The hashes that stand one after the other in a tile."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FullTile:
    """A tile that will not change any more, and the hash of the subtree that it covers."""

    level: int
    number: int
    hashes: bytes
    root: bytes


def completed_tiles(
    old: int, grown: Sequence[Sequence[bytes]], read: ReadTile
) -> Iterator[FullTile]:
    """The tiles that get full when a tree of `old` leaves grows. Hashes nothing.

    `grown` are the nodes that become full, by their levels, as a frontier has them when it is
    extended; `read` gives the partial tiles of the tree as it was.
    """
    start = old
    for level, new in enumerate(grown[::HEIGHT]):
        roots = grown[(level + 1) * HEIGHT] if len(grown) > (level + 1) * HEIGHT else ()
        number, inside = divmod(start, WIDTH)
        row = [*split(read(level, number, inside)), *new] if inside and roots else new
        for at, root in enumerate(roots):
            hashes = b"".join(row[at * WIDTH : (at + 1) * WIDTH])
            yield FullTile(level=level, number=number + at, hashes=hashes, root=root)
        start = number


def joined(earlier: list[list[bytes]], later: Sequence[Sequence[bytes]]) -> None:
    """Add what a second step of growth made full to what the first one did."""
    for level, row in enumerate(later):
        if level < len(earlier):
            earlier[level] += row
        else:
            earlier.append(list(row))

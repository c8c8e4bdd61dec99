"""Tiles: the examples of C2SP tlog-tiles, and trees that are read out of tiles."""

from __future__ import annotations

from hashlib import sha256

import pytest

from otpguard.core.sealing.tiles import (
    WIDTH,
    completed_tiles,
    joined,
    nodes_from,
    split,
    tile_path,
    tiles_of,
)
from otpguard.core.sealing.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
    with_peaks,
)


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (0, 67, 256, "tile/0/067"),
        (1, 0, 1, "tile/1/000.p/1"),
        ("entries", 1000, 7, "tile/entries/x001/000.p/7"),
    ],
)
def test_a_path_is_as_the_specification_writes_it(
    level: int | str, number: int, width: int, path: str
) -> None:
    assert tile_path(level, number, width) == path


def test_a_tree_of_70_000_leaves_has_the_tiles_of_the_specification() -> None:
    found = tiles_of(70_000)
    assert [each for each in found if each[2] < WIDTH] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert len(found) == 277
    assert tiles_of(256) == [(0, 0, 256), (1, 0, 1)]
    assert tiles_of(0) == []


def test_the_tile_of_seven_leaves_has_known_bytes() -> None:
    tile = b"".join(leaf_hash(b'{"n":%d}' % n) for n in range(7))
    known = "67433b98acc7819b854fd62eddd2535b02dbf94ae4e91ab82e0c4f87856c6478"
    assert sha256(tile).hexdigest() == known
    assert split(tile)[6] == leaf_hash(b'{"n":6}')


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700, 66_000])
def test_proofs_are_read_out_of_few_tiles(size: int) -> None:
    hashes = [leaf_hash(b"%d" % n) for n in range(size)]
    rows = [hashes]
    while len(rows[-1]) >= WIDTH:
        last = rows[-1]
        whole = range(len(last) // WIDTH)
        rows.append([root_of(last[at * WIDTH : (at + 1) * WIDTH]) for at in whole])
    read: list[tuple[int, int]] = []

    def tile(level: int, number: int, width: int) -> bytes:
        read.append((level, number))
        found = rows[level][number * WIDTH :][:width]
        assert len(found) == width
        return b"".join(found)

    root = root_of(hashes)
    for index in {0, size // 2, size - 1}:
        read.clear()
        proof = inclusion_proof(nodes_from(tile, size), index, size)
        verify_inclusion(hashes[index], index, size, proof, root)
        assert len(read) == len(set(read)) <= 5
    for old in {1, size // 3, size - 1} - {0}:
        read.clear()
        proof = consistency_proof(nodes_from(tile, size), old, size)
        verify_consistency(old, size, proof, root_of(hashes[:old]), root)
        assert len(set(read)) <= 5


def test_a_proof_needs_no_tile_of_the_right_edge() -> None:
    """Of a million leaves it reads one tile a level, however ragged the edge is: three."""
    size, read = 1_000_003, set()
    full = leaf_hash(b"same")
    levels = [[full]]
    frontier = Frontier()
    for _ in range(size.bit_length()):
        levels.append([node_hash(levels[-1][0], levels[-1][0])])
    frontier.size = size
    frontier.peaks = [levels[n][0] for n in reversed(range(size.bit_length())) if size >> n & 1]

    def tile(level: int, number: int, width: int) -> bytes:
        read.add((level, number))
        return levels[level * 8][0] * width

    nodes = with_peaks(nodes_from(tile, size), size, frontier.peaks)
    for index in (0, 499_999, size - 4, size - 1):
        read.clear()
        proof = inclusion_proof(nodes, index, size)
        verify_inclusion(full, index, size, proof, frontier.root())
        assert len(read) <= 3


@pytest.mark.parametrize("steps", [(256,), (100, 200, 700), (66_000,), (65_535, 1, 256)])
def test_the_tiles_that_growth_completes_are_those_of_the_grown_tree(
    steps: tuple[int, ...],
) -> None:
    hashes = [leaf_hash(b"%d" % n) for n in range(sum(steps))]
    frontier, found, grown = Frontier(), {}, []
    for step in steps:
        joined(grown, frontier.extend(hashes[frontier.size : frontier.size + step]))
    for each in completed_tiles(0, grown, lambda *_: b""):
        found[each.level, each.number] = each
    wanted = [(level, number) for level, number, width in tiles_of(sum(steps)) if width == WIDTH]
    assert list(found) == wanted
    for (level, number), each in found.items():
        assert each.root == root_of(split(each.hashes))
        if not level:
            assert split(each.hashes) == hashes[number * WIDTH : (number + 1) * WIDTH]

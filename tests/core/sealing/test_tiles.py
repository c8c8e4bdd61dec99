"""Tiles: the examples of C2SP tlog-tiles, and trees that are read out of tiles."""

from __future__ import annotations

from hashlib import sha256

import pytest

from otpguard.core.sealing.tiles import WIDTH, nodes_from, split, tile_path, tiles_of
from otpguard.core.sealing.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
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

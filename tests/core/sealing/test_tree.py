"""The tree of RFC 6962 by its definition, by known values, and against changed proofs."""

from __future__ import annotations

from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.sealing.tree import (
    EMPTY_ROOT,
    Frontier,
    Nodes,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
    with_peaks,
)

SEVEN = [leaf_hash(b'{"n":%d}' % n) for n in range(7)]
ROOTS = {
    0: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    1: "+UBwq/0toL9ykC6xOoCOeU+VTZ4nRcaCoVj27Q1KwDY=",
    2: "O63IBTfwKeG7dygNyFIDzy7ZdI3I9XEjD8ulwybJEGg=",
    3: "LP73YnWX4AtWSXV3Stco7yEHBnWfym1kE4xt/By/LNo=",
    7: "ju+6vaTwi1RItNuwTrHrzyzYa/Nn0cD+wyFIgqkbe54=",
}
INCLUSION = {
    5: (
        "Z8vzSda05Mr0MKlnUcpTIhRBTC+Mn3xWervD5S8t85E=",
        "twd0fosJ36rGfSxIXhIv1/ZKN3lC+V+dsHff086jEnM=",
        "vQBwrL3GeaJM9EYVhBSD+/zBiroArk2+KgxUrybL2fo=",
    ),
    6: (
        "STQf3K/2C/2s56+5yBN1G7eE1gq1ZcK1/4hTV6BXToE=",
        "vQBwrL3GeaJM9EYVhBSD+/zBiroArk2+KgxUrybL2fo=",
    ),
}
CONSISTENCY = {
    4: ("LdgcWRHnNMaadFY22ZkAO1Qh7iBxBzbI0iRUtULajVw=",),
    3: (
        "PR3ndt8IbBrp9wSdK7DAR1rRQYX5h+Bk6NENyy20oyI=",
        "10otHyrxwcrWxeiob8hpFi59HqAecpq/8XhR0QlI+ZQ=",
        "O63IBTfwKeG7dygNyFIDzy7ZdI3I9XEjD8ulwybJEGg=",
        "LdgcWRHnNMaadFY22ZkAO1Qh7iBxBzbI0iRUtULajVw=",
    ),
}


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(size)]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY_ROOT
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(by_definition(hashes[:split]), by_definition(hashes[split:]))


def nodes(hashes: list[bytes]) -> Nodes:
    return lambda level, index: by_definition(hashes[index << level : (index + 1) << level])


def test_a_leaf_and_a_node_are_hashed_apart() -> None:
    assert SEVEN[0].hex() == "f94070abfd2da0bf72902eb13a808e794f954d9e2745c682a158f6ed0d4ac036"
    assert SEVEN[6].hex() == "b707747e8b09dfaac67d2c485e122fd7f64a377942f95f9db077dfd3cea31273"
    assert leaf_hash(SEVEN[0] + SEVEN[1]) != node_hash(SEVEN[0], SEVEN[1])


@pytest.mark.parametrize("size", ROOTS)
def test_known_roots_come_out(size: int) -> None:
    assert root_of(SEVEN[:size]) == b64decode(ROOTS[size])


@pytest.mark.parametrize("index", INCLUSION)
def test_known_proofs_of_inclusion_come_out(index: int) -> None:
    proof = inclusion_proof(nodes(SEVEN), index, 7)
    assert proof == [b64decode(each) for each in INCLUSION[index]]


@pytest.mark.parametrize("old", CONSISTENCY)
def test_known_proofs_of_consistency_come_out(old: int) -> None:
    proof = consistency_proof(nodes(SEVEN), old, 7)
    assert proof == [b64decode(each) for each in CONSISTENCY[old]]


@pytest.mark.parametrize("size", range(40))
def test_appending_gives_the_root_of_the_definition(size: int) -> None:
    frontier = Frontier()
    frontier.extend(leaves(size))
    assert frontier.root() == by_definition(leaves(size))
    again = Frontier(frontier.size, frontier.peaks)
    again.append(b"x" * 32)
    assert again.root() == by_definition([*leaves(size), b"x" * 32])
    with pytest.raises(ProofError, match="peaks"):
        Frontier(size + 1, [b"x" * 32] * (size + 1).bit_count() * 2)


@given(data=st.data())
def test_every_leaf_is_shown_and_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    root, proof = root_of(hashes), inclusion_proof(nodes(hashes), index, size)
    verify_inclusion(hashes[index], index, size, proof, root)
    other = hashes[index - 1] if size > 1 else b"x" * 32
    for wrong in (
        (other, index, proof, root),
        (hashes[index], index, [*proof, root], root),
        (hashes[index], index, proof[:-1], root if proof else b"x" * 32),
        (hashes[index], index, proof, b"x" * 32),
        (hashes[index], size, proof, root),
        (hashes[index], -1, proof, root),
    ):
        leaf, at, hashes_, above = wrong
        with pytest.raises(ProofError):
            verify_inclusion(leaf, at, size, hashes_, above)


@given(data=st.data())
def test_every_older_tree_begins_a_newer_one_and_no_other_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(0, 70))
    old = data.draw(st.integers(0, size))
    hashes = leaves(size)
    old_root, root = root_of(hashes[:old]), root_of(hashes)
    proof = consistency_proof(nodes(hashes), old, size)
    verify_consistency(old, size, proof, old_root, root)
    with pytest.raises(ProofError):
        verify_consistency(old, size, [*proof, root], old_root, root)
    with pytest.raises(ProofError):
        verify_consistency(old, size, proof, b"x" * 32, root)
    if old > 0:
        with pytest.raises(ProofError):
            verify_consistency(old, size, proof, old_root, b"x" * 32)
    if proof:
        with pytest.raises(ProofError):
            verify_consistency(old, size, proof[:-1], old_root, root)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (7, 7), (-1, 7)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion_proof(nodes(SEVEN), index, size)


@pytest.mark.parametrize(("old", "size"), [(8, 7), (-1, 7)])
def test_there_is_no_proof_of_a_tree_that_was_larger(old: int, size: int) -> None:
    with pytest.raises(ProofError):
        consistency_proof(nodes(SEVEN), old, size)
    with pytest.raises(ProofError):
        verify_consistency(old, size, [], EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize("steps", [(1, 1, 1), (3, 5), (7, 0, 2), (255, 1, 256), (300, 1000, 7)])
def test_many_leaves_at_once_are_as_one_after_the_other(steps: tuple[int, ...]) -> None:
    every, fast, slow = leaves(sum(steps)), Frontier(), Frontier()
    for step in steps:
        old = fast.size
        new = every[old : old + step]
        full = fast.extend(new)
        for leaf in new:
            slow.append(leaf)
        assert (fast.size, fast.peaks, fast.root()) == (slow.size, slow.peaks, slow.root())
        for level, row in enumerate(full):
            first = old >> level
            width = 1 << level
            assert row == [
                root_of(every[at * width : (at + 1) * width])
                for at in range(first, fast.size >> level)
            ]


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 300, 1000])
def test_the_right_edge_is_as_its_peaks_say(size: int) -> None:
    hashes = leaves(size)
    frontier, read = Frontier(), nodes(hashes)
    frontier.extend(hashes)
    edge = with_peaks(read, size, frontier.peaks)
    for index in {0, size // 2, size - 1}:
        assert inclusion_proof(edge, index, size) == inclusion_proof(read, index, size)
    for old in {1, size // 2, size - 1}:
        assert consistency_proof(edge, old, size) == consistency_proof(read, old, size)
    with pytest.raises(ProofError, match="peaks"):
        with_peaks(read, size, [*frontier.peaks, b"more"])

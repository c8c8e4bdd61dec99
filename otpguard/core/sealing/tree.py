"""The Merkle tree of RFC 6962, section 2.1 (RFC 9162, 2.1): hashes, roots and proofs.

A tree of `size` leaves is read through `Nodes`: the hash of the full subtree `index` of `level`,
which covers the leaves from `index << level` to `(index + 1) << level`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
MOST_HASHES = 63
"""The most hashes of a proof that is read (C2SP tlog-proof)."""

Nodes = Callable[[int, int], bytes]


class ProofError(ValueError):
    """A proof cannot be made of these numbers, or does not show what it should."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The full subtrees at the right edge of a tree: all that is needed to append to it."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """`peaks` are the subtrees' hashes, the largest first. Raises ProofError if they are not
        as many as a tree of `size` leaves has."""
        if len(peaks) != size.bit_count():
            raise ProofError(f"a tree of {size} leaves has {size.bit_count()} peaks")
        self.size = size
        self.peaks = list(peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf by its hash."""
        carry, size = leaf, self.size
        while size & 1:
            carry = node_hash(self.peaks.pop(), carry)
            size >>= 1
        self.peaks.append(carry)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> list[list[bytes]]:
        """Add leaves by their hashes, a level of the tree after the other: that takes two thirds of
        the time of one leaf after the other. Returns the nodes that have become full, by level, the
        leaves first."""
        row, start, edge = list(leaves), self.size, []
        full: list[list[bytes]] = []
        self.size += len(row)
        while row:
            full.append(row)
            if start & 1:
                row = [self.peaks.pop(), *row]
            if len(row) & 1:
                edge.append(row[-1])
            pairs = zip(row[::2], row[1::2], strict=False)
            row = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
            start >>= 1
        self.peaks += reversed(edge)
        return full

    def root(self) -> bytes:
        """The hash of the whole tree."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, found = self.peaks
        for peak in reversed(others):
            found = node_hash(peak, found)
        return found


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def root_at(nodes: Nodes, size: int) -> bytes:
    """The root over the first `size` leaves of a tree."""
    return _range_root(nodes, 0, size) if size else EMPTY_ROOT


def with_peaks(nodes: Nodes, size: int, peaks: Sequence[bytes]) -> Nodes:
    """The same nodes of a tree of `size` leaves, where those at its right edge need no reading:
    they are `peaks`, as a frontier has them. Raises ProofError if they are not as many."""
    known = dict(zip(_peak_places(size), Frontier(size, peaks).peaks, strict=True))

    def node(level: int, index: int) -> bytes:
        return known.get((level, index)) or nodes(level, index)

    return node


def _peak_places(size: int) -> Iterator[tuple[int, int]]:
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            yield level, (size >> level) - 1


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """The hashes from the sibling of leaf `index` up to the root's child. Raises ProofError."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    return _path(nodes, index, 0, size)


def _path(nodes: Nodes, index: int, begin: int, end: int) -> list[bytes]:
    found: list[bytes] = []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            found.append(_range_root(nodes, middle, end))
            end = middle
        else:
            found.append(_range_root(nodes, begin, middle))
            begin = middle
    return found[::-1]


def consistency_proof(nodes: Nodes, old: int, size: int) -> list[bytes]:
    """The hashes that show that the tree of `size` leaves begins with that of `old` leaves: none
    for `old` 0 or `size`. Raises ProofError."""
    if not 0 <= old <= size:
        raise ProofError(f"a tree of {size} leaves does not begin with {old}")
    if old in {0, size}:
        return []
    found: list[bytes] = []
    begin, end, whole = 0, size, True
    while old != end:
        middle = begin + _split(end - begin)
        if old <= middle:
            found.append(_range_root(nodes, middle, end))
            end = middle
        else:
            found.append(_range_root(nodes, begin, middle))
            begin, whole = middle, False
    if not whole:
        found.append(_range_root(nodes, begin, end))
    return found[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise ProofError unless `proof` shows that `leaf` has this index in the tree of `root`
    (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    node, last, found = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            found = node_hash(each, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, each)
        node, last = node >> 1, last >> 1
    if last or found != root:
        raise ProofError("the proof does not lead to the root")


def verify_consistency(
    old: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Raise ProofError unless `proof` shows that the tree of `root` begins with that of `old_root`
    (RFC 9162, 2.1.4.2). A tree of no leaves begins every other (C2SP tlog-witness)."""
    if not 0 <= old <= size:
        raise ProofError(f"a tree of {size} leaves does not begin with {old}")
    if old in {0, size}:
        fits = old_root == root if old == size else old_root == EMPTY_ROOT
        if proof or not fits:
            raise ProofError("two trees of these sizes need an empty proof and the right roots")
        return
    rest = [old_root] if old & (old - 1) == 0 else []
    left, right = _both_roots(old - 1, size - 1, [*rest, *proof])
    if left != old_root or right != root:
        raise ProofError("the proof does not lead from the one root to the other")


def _both_roots(node: int, last: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    while node & 1:
        node, last = node >> 1, last >> 1
    if not hashes:
        raise ProofError("the proof is empty")
    left = right = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            left, right = node_hash(each, left), node_hash(each, right)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            right = node_hash(right, each)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    return left, right


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << (width - 1).bit_length() - 1


def _range_root(nodes: Nodes, begin: int, end: int) -> bytes:
    """The root over the leaves from `begin` to `end`, where `begin` is a multiple of the largest
    power of two within."""
    *others, found = _subtrees(nodes, begin, end)
    for each in reversed(others):
        found = node_hash(each, found)
    return found


def _subtrees(nodes: Nodes, begin: int, end: int) -> Iterator[bytes]:
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield nodes(level, begin >> level)
        begin += 1 << level

"""Measure contenders against each other: shuffled rounds, ratios within the round.

The machine is noisy, and what disturbs it lasts longer than a turn: so contenders are compared only
with what the same round found, and the median over the rounds is told.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from statistics import median

from tests.benchmarks.figures import Ask, Figure, Side

Found = Mapping[str, list[float]]
"""By contender, what each round found: seconds of one act, or a rate."""


def measure(contenders: Mapping[str, Callable[[], float]], rounds: int) -> Found:
    """Let each contender have its turn in every round, in another order each time."""
    found: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name in random.sample(sorted(contenders), k=len(contenders)):
            found[name].append(contenders[name]())
    return found


def ratio(found: Found, ours: str, theirs: str) -> float:
    """The median over the rounds of ours / theirs."""
    return median(mine / other for mine, other in zip(found[ours], found[theirs], strict=True))


def rates(seconds: Found) -> Found:
    """Acts a second instead of seconds an act."""
    return {name: [1 / each for each in times] for name, times in seconds.items()}


def compare(
    found: Found,
    work: str,
    ours: str,
    *,
    unit: str,
    peer: str = "",
    limit: str = "",
    asked: Ask | None = None,
    notes: Mapping[str, str] | None = None,
) -> Figure:
    """One row of what was found. Values are in `unit`; `notes` are by contender."""

    def side(name: str) -> Side | None:
        if not name:
            return None
        return Side(name, median(found[name]), unit, (notes or {}).get(name, ""))

    mine = side(ours)
    assert mine is not None
    return Figure(
        work=work,
        ours=mine,
        peer=side(peer),
        limit=side(limit),
        to_peer=ratio(found, ours, peer) if peer else None,
        to_limit=ratio(found, ours, limit) if limit else None,
        asked=asked,
    )

"""Which prefix to block when the test fires: the narrowest that explains the finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from otpguard.core.pumping.conversion import ConversionTest, RunningSum
from otpguard.core.pumping.prefixes import PrefixKey

HELD_BY_CHILD = 0.8
"""The share of a sum that one child must hold, so that the child is blocked and not the parent."""

Sum = tuple[PrefixKey, RunningSum]


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """What is blocked, and the sum that it was blocked for. `halved` has every sum on the way from
    the widest that fired to the blocked one: each falls to half."""

    blocked: PrefixKey
    total: float
    halved: tuple[PrefixKey, ...]


def narrowest(
    test: ConversionTest,
    path: Sequence[Sum],
    children_of: Callable[[PrefixKey], Iterable[Sum]],
) -> Firing | None:
    """What to block, or None while nothing on the path of a number fires.

    `path` has the sums of one number, the widest first, all faded to the same moment, as those of
    `children_of` must be. The widest one that fires is followed down while one child holds
    HELD_BY_CHILD of the sum: a prefix comes before its country.
    """
    fired = next(((key, found) for key, found in path if test.fires(found)), None)
    if fired is None:
        return None
    key, found = fired
    halved = [key]
    while True:
        below = max(children_of(key), key=lambda each: each[1].total, default=None)
        if below is None or below[1].total < HELD_BY_CHILD * found.total:
            break
        key, found = below
        halved.append(key)
    return Firing(blocked=key, total=found.total, halved=tuple(halved))

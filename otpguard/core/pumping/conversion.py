"""Does a prefix convert like people or like pumping? A sequential test on its numbers.

People enter the codes that they ask for; numbers that earn money for each message mostly do not.
The test is Wald's sequential probability-ratio test, run again and again as a cumulative sum
(CUSUM, Page 1954): each number adds to a sum that never falls below 0, and the test fires when the
sum reaches a threshold. The half-life makes old findings fade.

The unit is a number once a day: three tries of one person are one failure. A number without a code
after the grace period is a failure; if its code comes later, the failure is turned around.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from math import log


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSum:
    """What is known of one prefix, country or network: all figures as they were at `at`.

    `total` is the sum of the test. `sends` counts messages, `tried` numbers and `verified` those of
    them whose code was entered; they fade as the sum does.
    """

    at: datetime
    total: float = 0.0
    sends: float = 0.0
    tried: float = 0.0
    verified: float = 0.0


@dataclass(frozen=True, kw_only=True)
class ConversionTest:
    """The test, with its parameters.

    `p0` is the share of people's numbers that are verified, `p1` that of pumped ones; `alpha` and
    `beta` are the error rates that the threshold is computed from. Raises ValueError unless
    0 < p1 < p0 < 1 and both rates are between 0 and 0.5.
    """

    p0: float = 0.75
    p1: float = 0.10
    alpha: float = 0.001
    beta: float = 0.01
    half_life: timedelta = timedelta(days=14)

    def __post_init__(self) -> None:
        if not 0 < self.p1 < self.p0 < 1:
            raise ValueError("P1 must be below P0, and both between 0 and 1")
        if not (0 < self.alpha < 0.5 and 0 < self.beta < 0.5):  # noqa: PLR2004 (a coin)
            raise ValueError("ALPHA and BETA must be between 0 and 0.5")
        if self.half_life <= timedelta(0):
            raise ValueError("the half-life must be longer than nothing")

    @cached_property
    def failure(self) -> float:
        """What a number without a code adds."""
        return log((1 - self.p1) / (1 - self.p0))

    @cached_property
    def success(self) -> float:
        """What a verified number adds: a negative figure."""
        return log(self.p1 / self.p0)

    @cached_property
    def threshold(self) -> float:
        """The sum at which the test fires."""
        return log((1 - self.beta) / self.alpha)

    def faded(self, found: RunningSum, at: datetime) -> RunningSum:
        """The same figures as of `at`; as they are for a moment before theirs."""
        passed = at - found.at
        if passed <= timedelta(0):
            return found
        left = 0.5 ** (passed / self.half_life)
        return RunningSum(
            at=at,
            total=found.total * left,
            sends=found.sends * left,
            tried=found.tried * left,
            verified=found.verified * left,
        )

    def count(
        self, found: RunningSum, *, verified: bool, at: datetime, sends: int = 1
    ) -> RunningSum:
        """The sum after one more number."""
        now = self.faded(found, at)
        return replace(
            now,
            total=max(0.0, now.total + (self.success if verified else self.failure)),
            sends=now.sends + sends,
            tried=now.tried + 1,
            verified=now.verified + verified,
        )

    def turn_around(self, found: RunningSum, *, at: datetime) -> RunningSum:
        """The sum after the code of a number came that was counted as a failure."""
        now = self.faded(found, at)
        moved = now.total - self.failure + self.success
        return replace(now, total=max(0.0, moved), verified=now.verified + 1)

    def fires(self, found: RunningSum) -> bool:
        """Whether the sum has reached the threshold."""
        return found.total >= self.threshold

    def halve(self, found: RunningSum) -> RunningSum:
        """The sum after the test has fired: three more failures fire it again."""
        return replace(found, total=found.total / 2)

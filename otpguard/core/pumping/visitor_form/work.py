"""How hard a proof of work is, and how much of one counts.

It keeps scripts out, not money in: ten seconds of a processor cost an attacker $0.00006, and a
pumped message earns a share of $0.134. So it never opens a cap or a budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import assert_never

WORK_LIFE = timedelta(seconds=120)
"""How long a puzzle may be worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardness:
    """`cost` rounds of PBKDF2 a try; the number that is looked for is from `least` to `most`."""

    cost: int
    least: int
    most: int


WORK_LEVELS: Mapping[int, Hardness] = MappingProxyType(
    {
        1: Hardness(cost=5_000, least=50, most=100),
        2: Hardness(cost=5_000, least=200, most=400),
        3: Hardness(cost=5_000, least=800, most=1_200),
    }
)
"""By level. In a browser on a laptop: up to 1, 4 and 12 seconds; a phone takes several times
that."""

EASIEST, HARDEST = min(WORK_LEVELS), max(WORK_LEVELS)

CAPTCHA_FROM = 2
"""From this level on a person is asked for the hosted captcha as well, if there is one."""


class CaptchaAnswer(Enum):
    """What came of the hosted captcha at a form."""

    OFF = "off"
    """None is configured."""

    MISSING = "missing"
    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Its vendor did not say."""


def level_that_counts(solved: int, captcha: CaptchaAnswer) -> int:
    """The level of the proof that came with a form; `solved` is that of its puzzle, 0 without one.

    A passed captcha counts as the hardest puzzle. One that was failed or left out leaves the
    puzzles below the level that asks for it; with a vendor that is away the puzzle counts alone.
    """
    match captcha:
        case CaptchaAnswer.PASSED:
            return HARDEST
        case CaptchaAnswer.FAILED | CaptchaAnswer.MISSING:
            return min(solved, CAPTCHA_FROM - 1)
        case CaptchaAnswer.OFF | CaptchaAnswer.UNKNOWN:
            return solved
    assert_never(captcha)

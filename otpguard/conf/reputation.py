"""REPUTATION: the test of how numbers convert, and how long a prefix is blocked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from otpguard.conf.values import SettingsError, mapping, of_type
from otpguard.core.pumping.conversion import ConversionTest
from otpguard.core.registry import nearest

SHORTEST_GRACE, LONGEST_GRACE = 30, 900
"""Seconds. No code lives longer than ten minutes."""
MOST_BLOCK_HOURS = 24 * 7
MOST_HALF_LIFE_DAYS = 90
_WHOLE = {
    "HALF_LIFE_DAYS": (1, MOST_HALF_LIFE_DAYS),
    "BLOCK_HOURS": (1, MOST_BLOCK_HOURS),
    "GRACE_SECONDS": (SHORTEST_GRACE, LONGEST_GRACE),
}
_SHARES = ("P0", "P1", "ALPHA", "BETA")
KEYS = (*_SHARES, *_WHOLE)


@dataclass(frozen=True, kw_only=True)
class ReputationConfig:
    """The parameters of the conversion test.

    `p0` is the share of people's numbers that are verified, `p1` that of pumped ones, `alpha` and
    `beta` the error rates. `grace_seconds` is when a number without a code counts as a failure.
    """

    p0: float = 0.75
    p1: float = 0.10
    alpha: float = 0.001
    beta: float = 0.01
    half_life_days: int = 14
    block_hours: int = 12
    grace_seconds: int = 150

    @cached_property
    def test(self) -> ConversionTest:
        """The test. Raises ValueError for parameters that do not go together."""
        return ConversionTest(
            p0=self.p0,
            p1=self.p1,
            alpha=self.alpha,
            beta=self.beta,
            half_life=timedelta(days=self.half_life_days),
        )

    @property
    def block(self) -> timedelta:
        """How long a prefix is blocked."""
        return timedelta(hours=self.block_hours)

    @property
    def grace(self) -> timedelta:
        """How long a number has for its code."""
        return timedelta(seconds=self.grace_seconds)


def read_reputation(value: object) -> ReputationConfig:
    """REPUTATION as a value. Raises SettingsError (E001, E002, E125)."""
    found: dict[str, float] = {}
    for key, given in mapping(value).items():
        if key not in KEYS:
            raise SettingsError("otpguard.E001", f'unknown "{key}", {nearest(key, list(KEYS))}')
        found[key.lower()] = _share(key, given) if key in _SHARES else _whole(key, given)
    config = ReputationConfig(**found)  # type: ignore[arg-type]  # whole where they must be
    try:
        config.test  # noqa: B018 (raises)
    except ValueError as error:
        raise SettingsError("otpguard.E125", str(error)) from None
    return config


def _share(key: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise SettingsError("otpguard.E002", f"{key} must be a number between 0 and 1")
    return float(given)


def _whole(key: str, given: object) -> int:
    least, most = _WHOLE[key]
    number: int = of_type(given, int)
    if not least <= number <= most:
        raise SettingsError("otpguard.E002", f"{key} must be from {least} to {most}")
    return number

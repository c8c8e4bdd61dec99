"""The row of the Redis limiter."""

from __future__ import annotations

from otpguard.models import LimiterState


def test_it_says_whether_redis_counts() -> None:
    assert str(LimiterState(is_warm=True)) == "warm"
    assert str(LimiterState()) == "cold"

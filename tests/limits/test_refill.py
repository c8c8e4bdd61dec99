"""Filling Redis again: what is written meanwhile is not lost, and what is lapsed not loaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from otpguard.core.limits import LONGEST_WINDOW, CapFull, CapName, Charged
from otpguard.limits.redis import RedisLimiter
from otpguard.limits.redis_logs import PackedLogs
from otpguard.limits.refill import refill_if_cold
from otpguard.limits.sql import Use
from otpguard.models import Usage
from otpguard.testing.limiter_contract import cap, charge, start

NOW = timezone.now()


class Slow(PackedLogs):
    """Between the two times that it loads, a start of another process is counted."""

    loads = 0

    def load(self, epoch: str, uses: Iterable[Use], *, kept: timedelta) -> None:
        super().load(epoch, uses, kept=kept)
        self.loads += 1
        if self.loads == 1:
            charge(RedisLimiter(url="redis://127.0.0.1:1"), [cap()], 1, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_start_during_the_first_half_is_read_in_the_second(redis_client: redis.Redis) -> None:
    limiter = RedisLimiter(url=str(settings.REDIS_URL))
    charge(limiter, [cap()], 1, now=NOW)
    slow = Slow(str(settings.REDIS_URL), cluster=False, deadline=1.0)
    assert refill_if_cold(slow, now=NOW)
    assert slow.loads == 2
    assert isinstance(start(limiter, cap(), now=NOW), CapFull)


@pytest.mark.django_db
def test_what_no_window_reaches_any_more_is_not_loaded(redis_client: redis.Redis) -> None:
    Usage.objects.create(
        cap="session", key="sid", at=NOW - LONGEST_WINDOW - timedelta(hours=1), challenge=uuid4()
    )
    logs = PackedLogs(str(settings.REDIS_URL), cluster=False, deadline=1.0)
    assert refill_if_cold(logs, now=NOW)
    assert [key for key in redis_client.keys("*") if b"session" in key] == []


@pytest.mark.django_db
def test_a_redis_that_is_warm_is_left_alone(redis_client: redis.Redis) -> None:
    logs = PackedLogs(str(settings.REDIS_URL), cluster=False, deadline=1.0)
    assert refill_if_cold(logs, now=NOW)
    assert not refill_if_cold(logs, now=NOW)
    limiter = RedisLimiter(url=str(settings.REDIS_URL))
    assert start(limiter, cap(CapName.IP), now=NOW) == Charged()

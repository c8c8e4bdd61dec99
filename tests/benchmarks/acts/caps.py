"""One decision over five caps: ours in Redis and in SQL, and what others take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import redis
from django.core.cache import caches
from django.db import connection
from django.test import RequestFactory, override_settings
from django.utils import timezone
from django_ratelimit.core import is_ratelimited
from limits import RateLimitItemPerHour
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from otpguard.core.limits import Cap, CapName, Charged
from otpguard.database import transaction
from otpguard.limits.redis_logs import PackedLogs
from otpguard.limits.sql import SqlLimiter

HOUR = timedelta(hours=1)
NAMES = (CapName.SESSION, CapName.IP, CapName.NUMBER, CapName.TENANT, CapName.SITE)
EACH_KEY = 90
"""Decisions before a new set of keys: the caps always have room, and their logs are as long as
those in use."""

Acts = Mapping[str, Callable[[], object]]


def redis_acts(url: str) -> Acts:
    """By name, what is timed."""
    logs = PackedLogs(url, cluster=False, deadline=1.0)
    logs.open("bench")
    client = redis.Redis.from_url(url)
    bare = client.register_script("return {1, 0, 0}")
    turns = count()

    def ours() -> None:
        found = logs.charge("bench", _caps(next(turns)), challenge=uuid4(), now=timezone.now())
        assert found == Charged()

    def same_arguments() -> None:
        caps = _caps(next(turns))
        keys = ["{otpguard}:bench", *(f"{{otpguard}}:bench:{cap.name}:{cap.key}" for cap in caps)]
        values: list[Any] = [1764417600000000, uuid4().bytes[8:], 60000]
        for cap in caps:
            values += [cap.limit, cap.window // timedelta(microseconds=1)]
        bare(keys=keys, args=values)

    return {
        "otpguard": ours,
        "bare EVALSHA": same_arguments,
        "PING": client.ping,
        **_peers(url, turns),
    }


def _peers(url: str, turns: Iterator[int]) -> Acts:
    window = MovingWindowRateLimiter(RedisStorage(url))
    item = RateLimitItemPerHour(100)
    request = RequestFactory().post("/")
    cache = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
    override_settings(CACHES={**caches.settings, "default": cache}).enable()

    def by_limits() -> None:
        for cap in _caps(next(turns)):
            assert window.hit(item, cap.name.value, cap.key)

    def by_ratelimit() -> None:
        for cap in _caps(next(turns)):
            is_ratelimited(
                request,
                group=cap.name.value,
                key=lambda _group, _request, key=cap.key: key,
                rate="100/h",
                increment=True,
            )

    return {"limits": by_limits, "django-ratelimit": by_ratelimit}


def sql_acts() -> Acts:
    """By name, what is timed."""
    limiter, turns = SqlLimiter(), count()
    indexed = "SELECT count(*) FROM otpguard_usage WHERE cap = %s AND key = %s AND at > %s"

    def ours() -> None:
        with transaction.atomic():
            found = limiter.consume(_caps(next(turns)), challenge=uuid4(), now=timezone.now())
        assert found == Charged()

    def one_count() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            key = str(next(turns) // EACH_KEY)
            cursor.execute(indexed, ["session", key, timezone.now() - HOUR])
            cursor.fetchone()

    return {"otpguard": ours, "one indexed count": one_count}


def _caps(turn: int) -> tuple[Cap, ...]:
    key = str(turn // EACH_KEY)
    return tuple(Cap(name=name, key=key, limit=100, window=HOUR) for name in NAMES)

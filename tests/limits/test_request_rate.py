"""The request rate is counted in the cache, and lets through when the cache is away."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from otpguard.limits import request_rate
from tests.ports import free_port


def test_so_many_a_minute_and_no_more(redis_client: Any) -> None:
    found = [request_rate.is_over(group="g", key="k", rate="3/h") for _ in range(5)]
    assert found == [False, False, False, True, True]


def test_keys_and_groups_are_counted_apart(redis_client: Any) -> None:
    assert not request_rate.is_over(group="g", key="k", rate="1/h")
    assert not request_rate.is_over(group="g", key="other", rate="1/h")
    assert not request_rate.is_over(group="other", key="k", rate="1/h")
    assert request_rate.is_over(group="g", key="k", rate="1/h")


def test_everything_is_let_through_while_the_store_is_away(settings: Any, caplog: Any) -> None:
    """C39: Redis being away is no reason for a 500."""
    away = f"redis://127.0.0.1:{free_port()}"
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": away}
    }
    assert not any(request_rate.is_over(group="g", key="k", rate="1/h") for _ in range(3))
    assert "let through" in caplog.text


def test_a_store_that_cannot_count_is_a_store_that_is_away(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert not any(request_rate.is_over(group="g", key="k", rate="1/h") for _ in range(3))


def test_a_rate_that_cannot_be_is_loud(redis_client: Any) -> None:
    with pytest.raises(ImproperlyConfigured):
        request_rate.is_over(group="g", key="k", rate="1/0s")


def test_it_says_how_long_to_wait(redis_client: Any) -> None:
    found = [request_rate.seconds_to_wait(group="g", key="k", rate="2/h") for _ in range(3)]
    assert found[:2] == [0, 0]
    assert 1 <= found[2] <= 3600

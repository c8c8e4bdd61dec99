"""Tasks are published after the commit, to a real broker, and never break a request."""

from __future__ import annotations

import json
import logging
import socket
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import Celery, current_app
from django.db import transaction

from otpguard.queue import DELIVER, PUBLISH_SECONDS, enqueue, enqueue_all, workers
from tests.celery_app import app
from tests.ports import free_port

ID = "00000000-0000-4000-8000-000000000001"


@pytest.fixture
def queue(redis_client: redis.Redis) -> redis.Redis:
    """The broker, empty, which the test project's own application publishes to."""
    app.set_current()
    return redis_client


@pytest.fixture
def no_broker(queue: redis.Redis) -> Iterator[None]:
    """The application's broker is at a URL where nobody listens."""
    here = current_app._get_current_object()
    with Celery("away", broker=f"redis://127.0.0.1:{free_port()}/0") as away:
        away.set_current()
        yield
    here.set_current()


def published(queue: redis.Redis) -> list[dict[str, Any]]:
    """The keyword arguments of each queued message."""
    bodies = [json.loads(raw)["body"] for raw in queue.lrange("celery", 0, -1)]
    return [json.loads(b64decode(body))[1] for body in bodies]


@pytest.mark.django_db(transaction=True)
def test_a_task_is_published_after_the_commit_and_not_before(queue: redis.Redis) -> None:
    with transaction.atomic():
        enqueue(DELIVER, delivery_id=ID)
        assert published(queue) == []
    assert published(queue) == [{"delivery_id": ID}]


@pytest.mark.django_db(transaction=True)
def test_many_tasks_are_published_after_one_commit(queue: redis.Redis) -> None:
    calls = [{"delivery_id": ID}, {"delivery_id": ID.replace("1", "2")}]
    with transaction.atomic():
        enqueue_all(DELIVER, calls)
        enqueue_all(DELIVER, [])
        assert published(queue) == []
    assert sorted(map(str, published(queue))) == sorted(map(str, calls))


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_never_published(queue: redis.Redis) -> None:
    with transaction.atomic():
        enqueue(DELIVER, delivery_id=ID)
        transaction.set_rollback(True)
    assert published(queue) == []


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_a_task_is_published_at_once(queue: redis.Redis) -> None:
    enqueue(DELIVER, delivery_id=ID)
    assert published(queue) == [{"delivery_id": ID}]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_is_logged_and_does_not_raise(
    queue: redis.Redis, no_broker: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="otpguard.queue"):
        enqueue(DELIVER, delivery_id=ID)
    [record] = caplog.records
    assert "the broker is away" in record.getMessage()
    assert ID not in record.getMessage()
    assert published(queue) == []


@pytest.mark.django_db(transaction=True)
def test_a_task_that_does_not_exist_is_a_programming_error(queue: redis.Redis) -> None:
    with pytest.raises(LookupError):
        enqueue("otpguard.no_such_task", delivery_id=ID)


def test_without_a_broker_nobody_can_be_asked(no_broker: None) -> None:
    assert workers(seconds=0.5) is None


def test_a_broker_without_workers_has_none_that_answer(queue: redis.Redis) -> None:
    assert workers(seconds=1) == 0


def test_a_broker_that_hangs_is_left_after_its_time() -> None:
    here = current_app._get_current_object()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with Celery("hanging", broker=url) as hanging:
            hanging.set_current()
            began = time.monotonic()
            try:
                assert workers(seconds=0.2) is None
            finally:
                here.set_current()
            assert time.monotonic() - began < 2


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_costs_no_time(no_broker: None) -> None:
    """Nobody waits for it: neither a request nor the thread that sweeps the timers."""
    begun = time.monotonic()
    for _ in range(5):
        enqueue(DELIVER, delivery_id=ID)
    assert time.monotonic() - begun < 2, "kombu alone would try for six seconds, each time"


def elapsed(act: Callable[[], object]) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_accepts_and_never_answers_is_left_after_its_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A33: a request must not hang for as long as the broker does."""
    here = current_app._get_current_object()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with Celery("hanging", broker=url) as hanging:
            hanging.set_current()
            try:
                assert elapsed(lambda: enqueue(DELIVER, delivery_id=ID)) < 2 * PUBLISH_SECONDS
            finally:
                here.set_current()
    assert "the broker is away" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_stops_answering_on_an_open_connection_is_left_as_well(
    queue: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue(DELIVER, delivery_id=ID)
    queue.client_pause(10_000, all=False)
    try:
        assert elapsed(lambda: enqueue(DELIVER, delivery_id=ID)) < 2 * PUBLISH_SECONDS
    finally:
        queue.client_unpause()
    assert "the broker is away" in caplog.text
    enqueue(DELIVER, delivery_id=ID)
    assert {"delivery_id": ID} in published(queue)

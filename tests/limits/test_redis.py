"""The limiter in Redis: its contract, and that all is counted while Redis comes and goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from otpguard.core.limits import CapFull, CapName, Charged
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.redis import RedisLimiter
from otpguard.limits.redis_state import state_now
from otpguard.models import LimiterState, Usage
from otpguard.testing.limiter_contract import HOUR, LimiterContract, cap, charge, start, uses
from otpguard.testing.racing import race
from tests.models.rows import postgres_only
from tests.redis_server import RedisServer, redis_server

NOW = timezone.now()


def warm(url: str, **options: Any) -> RedisLimiter:
    """A limiter whose Redis has been filled."""
    made = RedisLimiter(url=url, **options)
    assert made.recover(now=NOW)
    assert state_now().is_warm
    return made


@pytest.fixture
def limiter(db: None, redis_client: redis.Redis) -> RedisLimiter:
    redis_client.flushdb()
    return warm(str(settings.REDIS_URL))


class TestContract(LimiterContract):
    @pytest.fixture
    def limiter(self, db: None, redis_client: redis.Redis) -> RedisLimiter:
        redis_client.flushdb()
        return warm(str(settings.REDIS_URL))

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The database answers nothing about this table: without Redis it is asked in its place."""

        def away(execute: Any, sql: str, *rest: Any) -> Any:
            if "otpguard_usage" in sql:
                raise OperationalError("the database is away")
            return execute(sql, *rest)

        with connection.execute_wrapper(away):
            yield


# --- as long as Redis answers --------------------------------------------------------------------


def test_redis_decides_and_the_database_has_the_same_uses(limiter: RedisLimiter) -> None:
    challenge = uuid4()
    assert start(limiter, cap(), cap(CapName.IP, "a"), now=NOW, challenge=challenge) == Charged()
    assert Usage.objects.filter(challenge=challenge).count() == 2
    # A row that Redis does not know of does not count: it was Redis that was asked.
    Usage.objects.create(cap="session", key="sid", at=NOW, challenge=uuid4())
    charge(limiter, [cap()], 1, now=NOW)
    assert isinstance(start(limiter, cap(), now=NOW), CapFull)


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_a_start_holds_no_lock_of_a_cap(limiter: RedisLimiter) -> None:
    with transaction.atomic():
        limiter.consume([cap(), cap(CapName.IP, "a")], challenge=uuid4(), now=NOW)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
            )
            assert cursor.fetchall() == [("ShareLock",)]


def test_a_refused_send_leaves_every_other_count_as_it_was(
    limiter: RedisLimiter, redis_client: redis.Redis
) -> None:
    full, free = cap(CapName.IP, "a", limit=1), cap(limit=5)
    charge(limiter, [full], 1, now=NOW)
    before = {key: redis_client.get(key) for key in redis_client.keys("*")}
    assert isinstance(start(limiter, free, full, now=NOW), CapFull)
    assert {key: redis_client.get(key) for key in redis_client.keys("*")} == before


def test_a_log_is_never_longer_than_its_limit(
    limiter: RedisLimiter, redis_client: redis.Redis
) -> None:
    for hours in (5, 4, 3, 2, 1):
        charge(limiter, [cap(limit=2)], 1, now=NOW - hours * HOUR)
    (log,) = [key for key in redis_client.keys("*") if b"session" in key]
    assert redis_client.strlen(log) == 2 * 16


def test_a_clock_that_is_behind_does_not_make_a_use_lapse_early(limiter: RedisLimiter) -> None:
    charge(limiter, [cap(limit=2)], 1, now=NOW)
    charge(limiter, [cap(limit=2)], 1, now=NOW - timedelta(minutes=10))
    late = NOW + timedelta(minutes=55)
    assert isinstance(start(limiter, cap(limit=2), now=late), CapFull)


@pytest.mark.django_db(transaction=True)
def test_sixty_four_threads_get_exactly_the_hundred_places_of_a_cap(
    limiter: RedisLimiter,
) -> None:
    hundred = cap(CapName.IP, "a", limit=100)
    tries = [start] * 3

    def hammer() -> list[Charged | CapFull]:
        return [each(limiter, hundred, now=NOW) for each in tries]

    outcomes = [one for found in race(hammer, threads=64) for one in found]
    assert Counter(type(one) for one in outcomes) == {Charged: 100, CapFull: 92}
    assert Usage.objects.count() == 100


# --- when it does not ----------------------------------------------------------------------------


def test_without_a_row_the_database_counts(db: None) -> None:
    cold = RedisLimiter(url="redis://127.0.0.1:1")
    charge(cold, [cap()], 2, now=NOW)
    assert isinstance(start(cold, cap(), now=NOW), CapFull)


def test_a_redis_that_is_flushed_forgets_nothing(
    limiter: RedisLimiter, redis_client: redis.Redis
) -> None:
    charge(limiter, [cap(limit=3)], 2, now=NOW)
    redis_client.flushdb()
    charge(limiter, [cap(limit=3)], 1, now=NOW)
    assert not state_now().is_warm
    assert isinstance(start(limiter, cap(limit=3), now=NOW), CapFull)
    assert limiter.recover(now=NOW)
    assert state_now().is_warm
    assert isinstance(start(limiter, cap(limit=3), now=NOW), CapFull)


def test_what_older_epochs_left_in_redis_is_deleted(
    limiter: RedisLimiter, redis_client: redis.Redis
) -> None:
    charge(limiter, [cap()], 2, now=NOW)
    LimiterState.objects.update(is_warm=False)
    assert limiter.recover(now=NOW)
    epoch = state_now().epoch
    assert {key.decode().split(":")[1] for key in redis_client.keys("*")} == {epoch}
    assert isinstance(start(limiter, cap(), now=NOW), CapFull)


def test_a_process_that_has_not_heard_of_the_new_epoch_cannot_charge_the_old_one(
    limiter: RedisLimiter,
) -> None:
    old = state_now().epoch
    LimiterState.objects.update(is_warm=False)
    assert limiter.recover(now=NOW)
    assert limiter.logs.charge(old, [cap()], challenge=uuid4(), now=NOW) is None


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of this test alone, which it may stop."""
    with redis_server() as running:
        yield running


def test_one_log_that_is_evicted_is_not_noticed_so_such_a_server_is_never_used(
    db: None, server: RedisServer
) -> None:
    limiter = warm(server.url)
    with server.client() as client:
        client.flushdb()
        charge(limiter, [cap()], 1, now=NOW)
        client.config_set("maxmemory-policy", "allkeys-lru")
        assert not limiter.recover(now=NOW)
        assert "noeviction" in limiter.trouble()
        assert not state_now().is_warm
        client.config_set("maxmemory-policy", "noeviction")
    assert limiter.recover(now=NOW)


def test_a_redis_that_is_stopped_is_replaced_by_the_database_and_comes_back_by_itself(
    db: None, server: RedisServer
) -> None:
    limiter = warm(server.url)
    charge(limiter, [cap(limit=4)], 1, now=NOW)
    assert limiter.trouble() == ""
    server.stop()
    assert "does not answer" in limiter.trouble()
    charge(limiter, [cap(limit=4)], 1, now=NOW)
    assert not state_now().is_warm
    assert not limiter.recover(now=NOW)
    charge(limiter, [cap(limit=4)], 1, now=NOW)
    server.start()
    assert limiter.recover(now=NOW)
    charge(limiter, [cap(limit=4)], 1, now=NOW)
    assert isinstance(start(limiter, cap(limit=4), now=NOW), CapFull)


def test_redis_and_the_database_both_down_let_nothing_pass(db: None, server: RedisServer) -> None:
    limiter = warm(server.url)
    server.stop()
    with TestContract().outage(), pytest.raises(StoreUnavailable):
        start(limiter, cap(), now=NOW)


def test_after_a_failover_the_new_server_is_not_believed(db: None, server: RedisServer) -> None:
    limiter = warm(server.url)
    with redis_server(replica_of=server) as replica:
        charge(limiter, [cap(limit=2)], 1, now=NOW)
        replica.wait_for_replication()
        server.stop()
        replica.promote()
        # The name under which the application knows its Redis now leads to the other one.
        moved = RedisLimiter(url=replica.url)
        charge(moved, [cap(limit=2)], 1, now=NOW)
        assert not state_now().is_warm, "it has the sentinel, and may lack the last uses"
        assert moved.recover(now=NOW)
        assert isinstance(start(moved, cap(limit=2), now=NOW), CapFull)


@pytest.mark.django_db(transaction=True)
def test_starts_at_once_while_redis_is_flushed_never_exceed_the_cap(
    limiter: RedisLimiter, redis_client: redis.Redis
) -> None:
    limited = cap(CapName.IP, "a", limit=60)

    def hammer() -> list[Charged | CapFull | StoreUnavailable]:
        found: list[Charged | CapFull | StoreUnavailable] = []
        for turn in range(12):
            if turn == 4:
                redis_client.flushdb()
            try:
                found.append(start(limiter, limited, now=NOW))
            except StoreUnavailable as error:
                found.append(error)
            if turn in {6, 9}:
                limiter.recover(now=NOW)
        return found

    outcomes = [one for found in race(hammer, threads=12) for one in found]
    charged = sum(isinstance(one, Charged) for one in outcomes)
    assert charged <= 60
    assert charged == Usage.objects.count()
    assert uses(limiter, limited, now=NOW) == charged


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_redis_lost_in_the_middle_of_two_starts_ends_in_a_refusal_and_not_in_a_deadlock(
    limiter: RedisLimiter, redis_client: redis.Redis
) -> None:
    def twice() -> str:
        try:
            with transaction.atomic():
                limiter.consume([cap(limit=100)], challenge=uuid4(), now=NOW)
                redis_client.flushdb()
                limiter.consume([cap(CapName.SITE, "", limit=100)], challenge=uuid4(), now=NOW)
        except StoreUnavailable:
            return "refused"
        return "charged"

    assert set(race(twice, threads=4)) <= {"refused", "charged"}
    charge(limiter, [cap(limit=100)], 1, now=NOW)


def test_all_keys_of_a_site_are_on_one_shard_of_a_cluster(db: None) -> None:
    with redis_server(cluster=True) as node:
        limiter = warm(node.url, cluster=True)
        caps = [cap(), cap(CapName.IP, "a"), cap(CapName.NUMBER, "b")]
        charge(limiter, caps, 2, now=NOW)
        assert isinstance(start(limiter, *caps, now=NOW), CapFull)
        assert state_now().is_warm


def test_a_refund_that_does_not_reach_redis_is_counted_until_its_window_ends(
    db: None,
    server: RedisServer,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    limiter = warm(server.url)
    proven = uuid4()
    start(limiter, cap(limit=1), now=NOW, challenge=proven)
    server.stop()
    with django_capture_on_commit_callbacks(execute=True):
        limiter.refund(proven, now=NOW)
    assert "did not reach Redis" in caplog.text
    assert not Usage.objects.exists()

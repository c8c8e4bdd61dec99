"""The limiter in the database: its contract, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.utils import timezone

from otpguard.core.limits import Cap, CapFull, CapName, Charged, Refund
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.sql import (
    FILLING_SQL,
    LOCK_SQL,
    SqlLimiter,
    filling_params,
    full_cap,
    lock_keys,
)
from otpguard.models import Usage
from otpguard.statements import fetch
from otpguard.testing.limiter_contract import HOUR, LimiterContract, cap, start
from tests.models.rows import postgres_only
from tests.pausing import PATIENCE, Actor

NOW = timezone.now()


class TestContract(LimiterContract):
    @pytest.fixture
    def limiter(self) -> SqlLimiter:
        return SqlLimiter()

    @contextmanager
    def outage(self) -> Iterator[None]:
        """The database answers nothing about this table."""

        def away(execute: Any, sql: str, *rest: Any) -> Any:
            if "otpguard_usage" in sql:
                raise OperationalError("the database is away")
            return execute(sql, *rest)

        with connection.execute_wrapper(away):
            yield


@pytest.fixture
def limiter() -> SqlLimiter:
    return SqlLimiter()


@pytest.mark.django_db
def test_a_use_is_a_row_of_its_challenge(limiter: SqlLimiter) -> None:
    challenge = uuid4()
    assert start(limiter, cap(), cap(CapName.IP, "a"), now=NOW, challenge=challenge) == Charged()
    rows = Usage.objects.filter(challenge=challenge).order_by("cap")
    assert [(row.cap, row.key, row.at) for row in rows] == [
        ("ip", "a", NOW),
        ("session", "sid", NOW),
    ]
    limiter.refund(challenge, now=NOW)
    assert not Usage.objects.exists()


@pytest.mark.django_db
def test_a_use_that_was_rolled_back_was_none(limiter: SqlLimiter) -> None:
    with transaction.atomic():
        assert limiter.consume([cap(limit=1)], challenge=uuid4(), now=NOW) == Charged()
        transaction.set_rollback(True)
    assert start(limiter, cap(limit=1), now=NOW) == Charged()


@pytest.mark.django_db
def test_a_database_that_is_away_makes_no_refund_either(limiter: SqlLimiter) -> None:
    with TestContract().outage(), pytest.raises(StoreUnavailable), transaction.atomic():
        limiter.refund(uuid4(), now=NOW)


# On SQLite a missing table is an OperationalError, as a locked database is.
@postgres_only
@pytest.mark.django_db
def test_a_mistake_of_the_program_is_no_outage(limiter: SqlLimiter) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE otpguard_usage RENAME TO otpguard_usage_away")
        with pytest.raises(DatabaseError), transaction.atomic():
            limiter.consume([cap()], challenge=uuid4(), now=NOW)
        transaction.set_rollback(True)


@postgres_only
@pytest.mark.django_db
def test_the_lock_of_a_cap_is_held_until_the_transaction_ends(limiter: SqlLimiter) -> None:
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    other = Cap(name=CapName.IP, key="a", limit=1, window=HOUR)
    limiter.consume([cap(), other], challenge=uuid4(), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(locks)
        assert cursor.fetchone()[0] == 2


# --- for a statement that does more than count -------------------------------------------------


def test_the_first_cap_without_room_is_the_one_that_is_told() -> None:
    caps = [cap(), cap(CapName.IP, "a"), cap(CapName.SITE, "")]
    assert full_cap(caps, [None, None, None], now=NOW) is None
    filled = [None, NOW - HOUR / 4, NOW - HOUR / 2]
    assert full_cap(caps, filled, now=NOW) == CapFull(cap=CapName.IP, retry_after=HOUR * 3 / 4)


def test_a_cap_that_lets_nothing_through_is_full_without_a_use() -> None:
    assert full_cap([cap(limit=0)], [None], now=NOW) == CapFull(
        cap=CapName.SESSION, retry_after=HOUR
    )


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.django_db
def test_the_use_that_fills_a_cap_is_the_oldest_of_so_many(limit: int) -> None:
    """Also when it is asked within a longer statement, beside another cap."""
    one, other = cap(limit=limit), cap(CapName.IP, "a", limit=1)
    for minutes in (61, 50, 40, 30):
        Usage.objects.create(
            cap="session", key="sid", at=NOW - timedelta(minutes=minutes), challenge=uuid4()
        )
    sql = f"SELECT 1, {FILLING_SQL}, {FILLING_SQL}"
    ((_, of_one, of_other),) = fetch(sql, filling_params([one, other], NOW))
    # Of those within the hour.
    assert of_one == NOW - timedelta(minutes=(30, 40, 50)[limit - 1])
    assert of_other is None


def test_caps_are_locked_in_one_order_whatever_theirs_is() -> None:
    caps = [cap(CapName.IP, str(number)) for number in range(50)]
    keys = lock_keys(caps)
    assert keys == sorted(keys) == lock_keys(caps[::-1])
    assert lock_keys([*caps, *caps]) == keys


def take(keys: list[int]) -> None:
    with transaction.atomic():
        fetch(LOCK_SQL, [keys])


def locks_of(pid: int) -> dict[int, bool]:
    """The numbers of the locks that a connection has or waits for, and which of the two."""
    rows = fetch(
        "SELECT (classid::bigint << 32) | objid::bigint, granted FROM pg_locks"
        " WHERE locktype = 'advisory' AND pid = %s",
        [pid],
    )
    return dict(rows)


@postgres_only
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", [0, 7, 29])
def test_the_locks_are_taken_in_the_order_of_their_numbers(place: int) -> None:
    """So two who want the same ones never wait for each other in a circle."""
    keys = lock_keys([cap(CapName.IP, str(number)) for number in range(30)])
    holder = Actor(lambda: take([keys[place]]), hold_after="pg_advisory").start()
    assert holder.stopped.wait(PATIENCE)
    waiting = Actor(lambda: take(keys)).start()
    found: dict[int, bool] = {}
    while all(found.values()):
        found = locks_of(waiting.pid)
    assert found == {**dict.fromkeys(keys[:place], True), keys[place]: False}
    holder.may_go_on.set()
    assert (holder.finish().error, waiting.finish().error) == (None, None)


# --- what a proof gives back -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_proof_gives_no_place_of_a_cap_back_that_is_never_refunded(limiter: SqlLimiter) -> None:
    never, proven = cap(limit=1, refund=Refund.NEVER), uuid4()
    assert start(limiter, never, now=NOW, challenge=proven) == Charged()
    limiter.refund(proven, now=NOW)
    assert isinstance(start(limiter, never, now=NOW), CapFull)


@pytest.mark.django_db
def test_of_two_proofs_by_halves_the_second_gives_one_more_place_back(limiter: SqlLimiter) -> None:
    half = cap(limit=5, refund=Refund.HALF)
    for _ in range(3):
        assert start(limiter, half, now=NOW) == Charged()
    for left in (3, 2):
        proven = uuid4()
        assert start(limiter, half, now=NOW, challenge=proven) == Charged()
        limiter.refund(proven, now=NOW)
        assert Usage.objects.filter(cap="session").count() == left

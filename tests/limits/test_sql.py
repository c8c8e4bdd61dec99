"""Caps in the database: exact, rolling, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from otpguard.core.limits import Cap, Charged, Refused
from otpguard.limits import sql
from otpguard.models import Usage
from tests.models.rows import postgres_only
from tests.racing import race

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NOW = timezone.now()


def cap(name: str = "session", key: str = "sid", limit: int = 2) -> Cap:
    return Cap(name=name, key=key, limit=limit, window=HOUR)


def consume(*caps: Cap, now: datetime = NOW, challenge: UUID | None = None) -> Charged | Refused:
    with transaction.atomic():
        return sql.consume(caps, challenge=challenge or uuid4(), now=now)


def charge(caps: Sequence[Cap], times: int, *, now: datetime = NOW) -> None:
    for _ in range(times):
        assert consume(*caps, now=now) == Charged()


def test_a_cap_has_room_for_exactly_its_limit() -> None:
    charge([cap(limit=3)], 3)
    assert consume(cap(limit=3)) == Refused(cap="session", retry_after=HOUR)
    assert Usage.objects.count() == 3


def test_nothing_is_charged_when_one_of_several_caps_is_full() -> None:
    full, free = cap("address", "203.0.113.7", 1), cap("session", "sid", 5)
    charge([full], 1)
    for order in ((free, full), (full, free)):
        refused = consume(*order)
        assert isinstance(refused, Refused)
        assert refused.cap == "address"
    assert Usage.objects.filter(cap="session").count() == 0
    charge([free], 5)


def test_other_keys_and_other_caps_do_not_count() -> None:
    charge([cap(limit=1)], 1)
    charge([cap(key="another", limit=1), cap("address", limit=1)], 1)
    assert isinstance(consume(cap(limit=1)), Refused)


def test_the_window_rolls_and_says_when_there_is_room_again() -> None:
    charge([cap()], 1, now=NOW - timedelta(minutes=50))
    charge([cap()], 1, now=NOW - timedelta(minutes=20))
    assert consume(cap()) == Refused(cap="session", retry_after=timedelta(minutes=10))
    later = NOW + timedelta(minutes=10)
    almost = later - timedelta(seconds=1)
    assert consume(cap(), now=almost) == Refused(cap="session", retry_after=timedelta(seconds=1))
    assert consume(cap(), now=later) == Charged()
    assert consume(cap(), now=later) == Refused(cap="session", retry_after=timedelta(minutes=30))


def test_a_smaller_limit_waits_for_as_many_uses_as_are_too_many() -> None:
    for minutes in (50, 40, 30):
        charge([cap(limit=3)], 1, now=NOW - timedelta(minutes=minutes))
    refused = consume(cap(limit=1))
    assert refused == Refused(cap="session", retry_after=timedelta(minutes=30))


def test_a_cap_of_none_lets_nothing_through() -> None:
    assert consume(cap(limit=0)) == Refused(cap="session", retry_after=HOUR)


def test_a_proven_challenge_is_refunded_on_every_cap() -> None:
    caps, proven = [cap(limit=1), cap("address", "a", 1)], uuid4()
    assert consume(*caps, challenge=proven) == Charged()
    sql.refund(uuid4())
    assert isinstance(consume(*caps), Refused)
    sql.refund(proven)
    assert Usage.objects.count() == 0
    charge(caps, 1)


def test_a_use_that_was_rolled_back_was_none() -> None:
    with transaction.atomic():
        assert sql.consume([cap(limit=1)], challenge=uuid4(), now=NOW) == Charged()
        transaction.set_rollback(True)
    charge([cap(limit=1)], 1)


def test_a_database_that_fails_charges_nothing_and_lets_nothing_pass() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE otpguard_usage RENAME TO otpguard_usage_away")
        with pytest.raises(DatabaseError), transaction.atomic():
            sql.consume([cap()], challenge=uuid4(), now=NOW)
        transaction.set_rollback(True)
    assert consume(cap()) == Charged()


@pytest.mark.django_db(transaction=True)
def test_sixteen_starts_at_once_get_exactly_what_the_cap_allows() -> None:
    caps = [cap("address", "203.0.113.7", 10), cap("session", "sid", 100)]
    outcomes = race(lambda: consume(*caps), threads=16)
    assert sum(outcome == Charged() for outcome in outcomes) == 10
    assert {o.cap for o in outcomes if isinstance(o, Refused)} == {"address"}
    assert Usage.objects.filter(cap="address").count() == 10
    assert Usage.objects.filter(cap="session").count() == 10


@pytest.mark.django_db(transaction=True)
def test_starts_that_name_the_same_caps_in_another_order_do_not_lock_each_other_out() -> None:
    one, two = cap("address", "a", 100), cap("session", "s", 100)
    turns = iter([(one, two), (two, one)] * 8)
    outcomes = race(lambda: consume(*next(turns)), threads=16)
    assert outcomes == [Charged()] * 16


@postgres_only
def test_the_lock_of_a_cap_is_held_until_the_transaction_ends() -> None:
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    sql.consume([cap(), cap("address", "a")], challenge=uuid4(), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(locks)
        assert cursor.fetchone()[0] == 2

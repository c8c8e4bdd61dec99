"""The alarm when sealing is behind, and the name of what holds it up."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core.advice import Level
from otpguard.flows.audit.lag import LATE, Lag, on_sealing, sealing_lag
from tests.flows.audit.logging import begin, seal, wait_for_others, write
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)
LATER = LATE + timedelta(seconds=5)


def test_before_the_first_migration_the_log_is_not_begun() -> None:
    lag = sealing_lag(now=timezone.now())
    assert not lag.is_begun
    assert on_sealing(lag)[0].level is Level.WARNING


def test_nothing_is_behind_when_all_is_sealed() -> None:
    begin()
    write()
    seal()
    lag = sealing_lag(now=timezone.now() + LATER)
    assert lag == Lag(behind=timedelta())
    assert on_sealing(lag)[0].level is Level.OK


def test_an_old_event_that_no_seal_covers_is_an_alarm() -> None:
    begin()
    write()
    assert on_sealing(sealing_lag(now=timezone.now()))[0].level is Level.OK
    wait_for_others()
    (found,) = on_sealing(sealing_lag(now=timezone.now() + LATER))
    assert found.level is Level.WARNING
    assert "otpguard_seal" in found.text


@postgres_only
def test_the_transaction_that_holds_it_up_is_named() -> None:
    begin()
    pids: list[int] = []
    written, may_end = Event(), Event()

    def late() -> None:
        with transaction.atomic():
            write()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            written.set()
            may_end.wait(20)
        connection.close()

    thread = Thread(target=late)
    thread.start()
    assert written.wait(20)
    write()
    lag = sealing_lag(now=timezone.now() + LATER)
    may_end.set()
    thread.join()
    assert f"pid {pids[0]}" in lag.blockers
    (found,) = on_sealing(lag)
    assert found.level is Level.ERROR
    assert f"pid {pids[0]}" in found.text


@postgres_only
def test_a_transaction_that_began_later_holds_nothing_up() -> None:
    begin()
    write()
    wait_for_others()
    written, may_end = Event(), Event()

    def later() -> None:
        with transaction.atomic():
            write()
            written.set()
            may_end.wait(20)
        connection.close()

    thread = Thread(target=later)
    thread.start()
    assert written.wait(20)
    lag = sealing_lag(now=timezone.now() + LATER)
    may_end.set()
    thread.join()
    assert lag.behind > LATE
    assert lag.blockers == ()

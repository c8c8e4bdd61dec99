"""A real worker sends what is queued, sweeps what is due and survives a failing round."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard import tasks
from otpguard.flows.notify import notify
from otpguard.models import Delivery, Notice
from otpguard.notices.kinds import NoticeKind
from otpguard.queue import DELIVER, END, NOTIFY, POLL
from otpguard.testing import send_queued
from tests import factories
from tests.flows.setting import stopped
from tests.flows.test_deliver import providers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("worker")]


def test_a_started_challenge_is_sent_by_the_worker(
    transactional_db: None, celery_worker: Any
) -> None:
    stopped().start()
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")


def test_a_delivery_lost_on_its_way_is_found_by_the_workers_sweep(
    transactional_db: None, celery_worker: Any, redis_client: Any
) -> None:
    """C9: no beat, no countdown; the sweeper thread of the worker does it."""
    challenge = stopped().start()
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")
    long_ago = timezone.now() - timedelta(minutes=1)
    Delivery.objects.all().delete()
    Delivery.objects.create(
        challenge=challenge, step=0, channel="sms", provider="memory", created_at=long_ago
    )
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")


def test_a_call_to_a_vendor_that_was_lost_is_made_by_the_worker(
    transactional_db: None, celery_worker: Any
) -> None:
    """This vendor wants to hear nothing and cannot be asked, so the calls are soon settled."""
    stopped().start()
    celery_worker.wait_for(lambda: Delivery.objects.get().state == "delivered")
    lost = timezone.now() - timedelta(minutes=1)
    factories.age(Delivery.objects.get(), tell_at=lost, ask_at=lost)

    def settled() -> bool:
        row = Delivery.objects.get()
        return (row.tell_at, row.ask_at, row.tells, row.asks) == (None, None, 1, 1)

    celery_worker.wait_for(settled)


def test_an_ordered_notice_is_sent_by_the_worker(
    transactional_db: None, celery_worker: Any
) -> None:
    kim = factories.user()
    kind = NoticeKind.RECOVERY_ISSUED
    notify(facts=factories.facts(kim), kind=kind, user_id=str(kim.pk))
    celery_worker.wait_for(lambda: Notice.objects.get().state == "sent")


def test_an_expired_challenge_is_closed_by_the_workers_sweep(
    transactional_db: None, celery_worker: Any
) -> None:
    challenge = stopped().start()
    factories.age(challenge, expires_at=timezone.now() - timedelta(seconds=1))

    def closed() -> bool:
        challenge.refresh_from_db()
        return challenge.state == "expired"

    celery_worker.wait_for(closed)


def test_the_task_does_nothing_for_a_delivery_that_is_gone() -> None:
    tasks.deliver("00000000-0000-4000-8000-000000000000")
    assert DELIVER == "otpguard.deliver"


def test_the_task_ends_nothing_for_a_delivery_that_is_gone() -> None:
    tasks.end("00000000-0000-4000-8000-000000000000")
    assert END == "otpguard.end"


def test_the_task_asks_nothing_for_a_delivery_that_is_gone() -> None:
    tasks.poll("00000000-0000-4000-8000-000000000000")
    assert POLL == "otpguard.poll"


def test_the_task_does_nothing_for_a_notice_that_is_gone() -> None:
    tasks.notify("00000000-0000-4000-8000-000000000000")
    assert NOTIFY == "otpguard.notify"


def test_a_failing_round_is_logged_and_the_next_one_runs(caplog: Any) -> None:
    sweeper = tasks.Sweeper()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_challenge RENAME TO away")
    try:
        sweeper._round(with_purge=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_challenge")
    assert "a round of the sweep failed" in caplog.text
    caplog.clear()
    sweeper._round(with_purge=True)
    assert "failed" not in caplog.text


def test_a_round_that_fails_for_any_other_reason_ends_no_thread(caplog: Any) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a bug")

    sweeper = tasks.Sweeper()
    with connection.execute_wrapper(broken):
        assert sweeper._round(with_purge=False) is False
    assert "a bug" in caplog.text


def test_a_round_that_found_timers_is_followed_by_the_next_one_soon(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered")
    sweeper = tasks.Sweeper()
    challenge = stopped().start()
    send_queued()
    assert sweeper._round(with_purge=False) is False
    factories.age(challenge, due_at=timezone.now())
    assert sweeper._round(with_purge=False) is True
    assert sweeper._round(with_purge=False) is False


def test_a_process_starts_one_sweeper_and_stops_it() -> None:
    tasks.start_sweeper()
    tasks.start_sweeper()
    assert len(tasks._running) == 1
    thread = tasks._running[0]
    assert thread.is_alive()
    tasks.stop_sweeper()
    assert not thread.is_alive()
    assert tasks._running == []

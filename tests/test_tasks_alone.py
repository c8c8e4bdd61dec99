"""What tasks and the sweeper do by themselves: no worker runs beside these tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard import tasks
from otpguard.models import Challenge, Notice, PrefixStatistic
from otpguard.queue import CHECK_DOMAIN, CLOSE_AT_VENDOR, DELIVER, NOTIFY, POLL_SIGNALS, POLL_STATUS
from otpguard.testing import send_queued
from tests import factories
from tests.enrolling import rule
from tests.flows.delivery.setting import providers
from tests.flows.pumping.outcomes import pumped
from tests.flows.purge.rows import whole
from tests.flows.setting import stopped
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_task_does_nothing_for_a_delivery_that_is_gone() -> None:
    tasks.deliver("00000000-0000-4000-8000-000000000000")
    assert DELIVER == "otpguard.deliver"


def test_the_task_ends_nothing_for_a_delivery_that_is_gone() -> None:
    tasks.close_at_vendor("00000000-0000-4000-8000-000000000000")
    assert CLOSE_AT_VENDOR == "otpguard.close_at_vendor"


def test_the_task_polls_no_stream_that_is_gone() -> None:
    tasks.poll_signals("00000000-0000-4000-8000-000000000000")
    assert POLL_SIGNALS == "otpguard.poll_signals"


def test_the_task_looks_at_no_domain_that_is_gone() -> None:
    tasks.check_domain("00000000-0000-4000-8000-000000000000")
    assert CHECK_DOMAIN == "otpguard.check_domain"


def test_the_task_asks_nothing_for_a_delivery_that_is_gone() -> None:
    tasks.poll_status("00000000-0000-4000-8000-000000000000")
    assert POLL_STATUS == "otpguard.poll_status"


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


def test_the_sweeper_learns_from_what_came_of_sends() -> None:
    now = timezone.now() - timedelta(minutes=5)
    pumped(6, now)
    sweeper = tasks.Sweeper(round_seconds=0.01)
    assert sweeper._learn() == 6
    assert PrefixStatistic.objects.exclude(blocked_until=None).count() == 1


def test_learning_that_fails_is_logged_and_tried_again(caplog: Any) -> None:
    pumped(1, timezone.now() - timedelta(minutes=5))
    with read_only_store():
        assert tasks.Sweeper()._learn() == 0
    assert "nothing was learned" in caplog.text
    assert tasks.Sweeper()._learn() == 1


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


def test_members_are_told_of_their_deadline_by_the_sweeper() -> None:
    member = factories.member(factories.tenant())
    rule(member.tenant, started=timedelta(days=1), grace_days=3)
    sweeper = tasks.Sweeper()
    sweeper._round(with_purge=False)
    assert not Notice.objects.exists()
    sweeper._round(with_purge=True)
    assert Notice.objects.get().kind == "enrollment_due"


def test_old_rows_are_purged_by_the_sweeper_and_a_failure_ends_no_thread(caplog: Any) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a bug")

    sweeper = tasks.Sweeper()
    whole()
    with connection.execute_wrapper(broken):
        sweeper._purge_batch()
    assert "old rows could not be purged" in caplog.text
    assert Challenge.objects.count() == 1
    sweeper._purge_batch()
    assert Challenge.objects.count() == 0


def test_a_process_starts_one_sweeper_and_stops_it() -> None:
    tasks.start_sweeper()
    tasks.start_sweeper()
    assert len(tasks._running) == 1
    thread = tasks._running[0]
    assert thread.is_alive()
    tasks.stop_sweeper()
    assert not thread.is_alive()
    assert tasks._running == []

"""The log is checked each night and when it is asked for; damage is told in every way there is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.audit.nightly import (
    LEASE,
    NIGHTLY,
    ask_check,
    enqueue_checks,
    newest_nightly,
    on_checks,
    run_check,
)
from otpguard.flows.sweep import sweep
from otpguard.models import AuditSchedule, Event, LogCheck
from otpguard.signals import audit_log_was_damaged
from tests.flows.audit.logging import ONE, TWO, begin, wait_for_others, write
from tests.flows.audit.publishing import write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _begun() -> None:
    begin()


def tonight() -> LogCheck:
    """The nightly check, asked for and run."""
    AuditSchedule.objects.update(verify_at=timezone.now())
    LogCheck.objects.update(asked_at=timezone.now() - NIGHTLY)
    assert enqueue_checks(now=timezone.now()) == 1
    asked = newest_nightly()
    assert asked is not None
    done = run_check(check_id=asked.pk, clock=timezone.now)
    assert done is not None
    return done


def test_a_log_that_holds_is_said_to_hold() -> None:
    write_and_seal(3)
    done = tonight()
    assert (done.damages, done.detail) == (0, "")
    assert done.finished_at is not None
    (finding,) = on_checks(newest_nightly(), timezone.now())
    assert finding.level == "ok"


def test_damage_is_an_event_a_signal_and_an_error_of_the_doctor() -> None:
    write_and_seal(3)
    heard: list[dict[str, Any]] = []

    def hear(**said: Any) -> None:
        heard.append(said)

    row = Event.objects.filter(tenant_id=ONE).order_by("pk")[1]
    Event.objects.filter(pk=row.pk).delete()
    audit_log_was_damaged.connect(hear)
    try:
        done = tonight()
    finally:
        audit_log_was_damaged.disconnect(hear)
    assert done.damages == 1
    assert "#1: removed" in done.detail
    assert [(each["log"], each["damages"]) for each in heard] == [("unnamed.invalid/heads", 1)]
    told = Event.objects.get(kind="log.damaged")
    assert "removed" in told.body
    (finding,) = on_checks(newest_nightly(), timezone.now())
    assert finding.level == "error"
    assert "1 damages" in finding.text


def test_each_night_reads_what_is_new_and_a_sample_finds_old_damage() -> None:
    write_and_seal(3)
    first = tonight()
    LogCheck.objects.filter(pk=first.pk).update(asked_at=timezone.now())
    changed = Event.objects.filter(tenant_id=ONE).first()
    assert changed is not None
    Event.objects.filter(pk=changed.pk).update(body=changed.body.replace("held", "hold"))
    write_and_seal(1, tenant=TWO)
    asked = LogCheck.objects.create(log=first.log, since=first.finished_at)
    done = run_check(check_id=asked.pk, clock=timezone.now)
    assert done is not None
    assert "unnamed.invalid" in done.detail, "three old events: the sample has met it"


def test_it_runs_once_a_night_and_a_lost_one_is_started_again() -> None:
    now = timezone.now()
    AuditSchedule.objects.update(verify_at=now)
    assert enqueue_checks(now=now) == 1
    assert enqueue_checks(now=now) == 0, "it is not time to look"
    later = now + timedelta(minutes=2)
    assert enqueue_checks(now=later) == 0, "it runs"
    assert enqueue_checks(now=later + LEASE) == 1, "its worker has died"
    assert LogCheck.objects.count() == 1
    assert enqueue_checks(now=now + NIGHTLY + LEASE) >= 1
    assert LogCheck.objects.count() == 2


def test_one_log_is_checked_when_it_is_asked_for_and_once_at_a_time() -> None:
    write_and_seal(2)
    first, second = (ask_check(log=ONE, now=timezone.now()) for _ in range(2))
    assert first.pk == second.pk
    done = run_check(check_id=first.pk, clock=timezone.now)
    assert done is not None
    assert (done.events, done.damages) == (2, 0)
    assert run_check(check_id=first.pk, clock=timezone.now) is None, "it has ended"
    assert ask_check(log=ONE, now=timezone.now()).pk != first.pk


def test_the_sweep_asks_for_it(settings: Any) -> None:
    write(number=1)
    wait_for_others()
    assert sweep(now=timezone.now()).checked == 1
    assert sweep(now=timezone.now()).checked == 0


def test_the_doctor_is_silent_before_the_first_and_warns_when_they_stop() -> None:
    now = timezone.now()
    assert on_checks(None, now) == ()
    old = LogCheck(log=ONE, asked_at=now - timedelta(days=3), finished_at=now)
    assert [each.level for each in on_checks(old, now)] == ["warning"]
    assert on_checks(LogCheck(log=ONE, asked_at=now), now) == ()

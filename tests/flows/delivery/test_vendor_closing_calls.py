"""A vendor is told how it ended: proven, given up, or nothing that it does not know."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core.outcome import Failure
from otpguard.flows.delivery.message import code_of
from otpguard.flows.delivery.vendor_calls import CLOSING_CALL, GRACE
from otpguard.flows.delivery.vendor_closing import make_closing_call, schedule_closing, tell_vendor
from otpguard.flows.due import LEASE
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery
from otpguard.testing import send_queued
from otpguard.testing.vendor_server import Reply, Vendor, vendor
from tests import factories
from tests.flows.remote import with_bird, with_messagebird, with_twilio
from tests.flows.setting import stopped
from tests.vendors import messagebird, twilio
from tests.vendors.bird import BirdVerify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def verify(settings: Any) -> Iterator[Vendor]:
    with vendor(twilio.verify) as running:
        settings.OTPGUARD = with_twilio(running.url)
        yield running


@pytest.fixture
def bird(settings: Any) -> Iterator[Vendor]:
    with vendor(messagebird.verify) as running:
        settings.OTPGUARD = with_messagebird(running.url)
        yield running


def sent() -> tuple[Challenge, Delivery]:
    challenge = stopped().start()
    send_queued()
    return challenge, Delivery.objects.get()


def fresh(row: Delivery) -> Delivery:
    return Delivery.objects.select_related("challenge").get(pk=row.pk)


def told(server: Vendor) -> list[str]:
    return [each.form["Status"] for each in server.received if "Status" in each.form]


def test_a_proven_code_of_ours_is_confirmed(verify: Vendor) -> None:
    challenge, row = sent()
    factories.age(challenge, state="verified", answered_step=0)
    assert tell_vendor(fresh(row)) is None
    assert told(verify) == ["approved"]


@pytest.mark.parametrize("state", ["canceled", "expired", "exhausted", "repudiated", "open"])
def test_anything_else_is_given_up(verify: Vendor, state: str) -> None:
    challenge, row = sent()
    factories.age(challenge, state=state)
    assert tell_vendor(fresh(row)) is None
    assert told(verify) == ["canceled"]


def test_a_vendor_that_found_the_answer_right_itself_knows(bird: Vendor) -> None:
    challenge, row = sent()
    factories.age(challenge, state="verified", answered_step=0)
    assert tell_vendor(fresh(row)) is None
    assert [each.method for each in bird.received] == ["POST"]


def test_what_was_left_before_is_given_up_also_when_a_later_one_was_right(bird: Vendor) -> None:
    challenge, row = sent()
    factories.age(challenge, state="verified", answered_step=1)
    Delivery.objects.create(
        challenge=challenge, step=1, channel="sms", provider="far", remote=True, provider_ref="x"
    )
    assert tell_vendor(fresh(row)) is None
    assert [each.method for each in bird.received] == ["POST", "DELETE"]


def canceled(challenge: Challenge, now: datetime) -> Delivery:
    """It is given up; its row, with the call that is owed."""
    factories.age(challenge, state="canceled")
    with transaction.atomic():
        schedule_closing([challenge.pk], now=now)
    return Delivery.objects.get()


def test_a_vendor_that_cannot_be_told_is_logged_without_anything_secret(
    verify: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    challenge, _ = sent()
    now = timezone.now()
    row = canceled(challenge, now)
    with caplog.at_level(logging.DEBUG):
        verify.mood = "drop"
        assert make_closing_call(delivery_id=str(row.pk), now=now) is Failure.UNKNOWN_OUTCOME
    assert "verify was not told how it ended: unknown_outcome" in caplog.text
    assert code_of(challenge).digits not in caplog.text
    assert str(row.provider_ref) not in caplog.text


def test_there_is_nothing_to_tell_where_nothing_is_known(verify: Vendor, settings: Any) -> None:
    stopped().start()
    unsent = Delivery.objects.get()
    assert tell_vendor(fresh(unsent)) is None
    send_queued()
    settings.OTPGUARD = {
        "PROVIDERS": {"x": {"BACKEND": "otpguard.channels.providers.memory.Memory"}}
    }
    assert tell_vendor(fresh(unsent)) is None
    assert told(verify) == []


def test_a_vendor_that_does_not_want_to_hear_is_not_told(settings: Any) -> None:
    with vendor(BirdVerify()) as server:
        settings.OTPGUARD = with_bird(server.url)
        _, row = sent()
        assert tell_vendor(fresh(row)) is None
        assert len(server.received) == 1


# --- it is owed until it is done -----------------------------------------------------------------


def test_a_call_that_was_made_is_owed_no_more_and_not_made_twice(verify: Vendor) -> None:
    now = timezone.now()
    row = canceled(sent()[0], now)
    assert row.closing_call_at == now + GRACE
    assert make_closing_call(delivery_id=str(row.pk), now=now) is None
    assert make_closing_call(delivery_id=str(row.pk), now=now) is None
    assert told(verify) == ["canceled"]
    row.refresh_from_db()
    assert (row.closing_call_at, row.closing_calls) == (None, 1)


def test_a_call_that_the_broker_lost_is_called_for_again(verify: Vendor) -> None:
    now = timezone.now()
    row = canceled(sent()[0], now)
    assert sweep(now=now).vendor_calls == 0, "its task has its time"
    late = now + GRACE
    assert sweep(now=late).vendor_calls == 1
    assert sweep(now=late).vendor_calls == 0, "not with every round"
    assert make_closing_call(delivery_id=str(row.pk), now=late) is None
    assert told(verify) == ["canceled"]
    assert sweep(now=late + LEASE).vendor_calls == 0


def test_a_vendor_that_is_away_is_told_later_and_a_few_times_at_most(verify: Vendor) -> None:
    now = timezone.now()
    row = canceled(sent()[0], now)
    verify.mood = "drop"
    for _ in range(CLOSING_CALL.most + 2):
        make_closing_call(delivery_id=str(row.pk), now=now)
        row.refresh_from_db()
        now = row.closing_call_at or now
    assert (row.closing_call_at, row.closing_calls) == (None, CLOSING_CALL.most)
    assert len(told(verify)) == CLOSING_CALL.most
    assert sweep(now=now + timedelta(hours=1)).vendor_calls == 0


def test_what_a_vendor_will_never_take_is_not_repeated(verify: Vendor) -> None:
    now = timezone.now()
    row = canceled(sent()[0], now)
    verify.reply = Reply(429, {"code": 60202})
    assert make_closing_call(delivery_id=str(row.pk), now=now) is Failure.CHECKS_EXHAUSTED
    row.refresh_from_db()
    assert row.closing_call_at is None


def test_a_vendor_that_has_forgotten_is_told(
    verify: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    """That is what a repeat meets, so it does no harm."""
    now = timezone.now()
    row = canceled(sent()[0], now)
    verify.reply = Reply(404, {"code": 20404})
    assert make_closing_call(delivery_id=str(row.pk), now=now) is Failure.EXPIRED_OR_GONE
    row.refresh_from_db()
    assert row.closing_call_at is None
    assert "was not told" not in caplog.text


def _tell_in_a_process(pk: str, now: datetime) -> None:
    connection.close()
    make_closing_call(delivery_id=pk, now=now)


def test_a_worker_that_is_killed_in_the_middle_loses_no_call(verify: Vendor) -> None:
    now = timezone.now()
    row = canceled(sent()[0], now)
    verify.mood = "hang"
    calls = len(verify.received)
    connection.close()  # a fork must not share it
    worker = get_context("fork").Process(target=_tell_in_a_process, args=(str(row.pk), now))
    worker.start()
    while len(verify.received) == calls:
        assert worker.is_alive()
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    row.refresh_from_db()
    assert row.closing_call_at == now + LEASE, "it is still owed"
    verify.mood = "answer"
    assert make_closing_call(delivery_id=str(row.pk), now=now) is None
    assert sweep(now=now + LEASE - timedelta(seconds=1)).vendor_calls == 0
    later = now + LEASE
    assert sweep(now=later).vendor_calls == 1
    assert make_closing_call(delivery_id=str(row.pk), now=later) is None
    assert told(verify) == ["canceled", "canceled"], "a second time at most"
    row.refresh_from_db()
    assert row.closing_call_at is None


def test_a_worker_that_dies_in_the_last_try_leaves_nothing_due_for_ever(verify: Vendor) -> None:
    now = timezone.now()
    row = canceled(sent()[0], now)
    factories.age(row, closing_calls=CLOSING_CALL.most, closing_call_at=now - timedelta(seconds=1))
    assert sweep(now=now).vendor_calls == 0
    row.refresh_from_db()
    assert row.closing_call_at is None

"""The vendor itself is asked: when it sends no receipts, and before an unsigned one counts (A6)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.channels.capabilities import Webhooks
from otpguard.channels.providers.memory import SENT
from otpguard.channels.providers.twilio_verify import TwilioVerify
from otpguard.core.outcome import Failure
from otpguard.flows.delivery.patience import WITHOUT_RECEIPTS
from otpguard.flows.delivery.receipts import ReceiptCounts, record_receipts
from otpguard.flows.delivery.status_poll import ANSWERED_WITHIN, POLL_AFTER, poll_delivery
from otpguard.flows.delivery.vendor_calls import GRACE, STATUS_CALL
from otpguard.flows.due import LEASE
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery, Event, Receipt
from otpguard.queue import POLL_STATUS
from otpguard.testing import send_queued
from otpguard.testing.racing import race
from otpguard.testing.vendor_server import Mood, Received, Reply, Vendor, vendor
from tests import factories
from tests.celery_app import app
from tests.flows.remote import with_twilio
from tests.flows.setting import stopped
from tests.vendors import twilio

pytestmark = pytest.mark.django_db(transaction=True)

IGNORED, ASKED, REPEATED = (
    ReceiptCounts(ignored=1),
    ReceiptCounts(asked=1),
    ReceiptCounts(repeated=1),
)


class Attempts:
    """Twilio Verify, whose list of attempts says what a test wants it to say."""

    def __init__(self) -> None:
        self.said: dict[str, object] = {"message_status": "SENT"}
        self.asked = 0

    def __call__(self, received: Received) -> Reply:
        usual = twilio.verify(received)
        if received.method != "GET":
            return usual
        self.asked += 1
        sid = received.query["VerificationSid"]
        return Reply(200, {"attempts": [twilio.attempt(sid, **self.said)]})


@pytest.fixture
def rule() -> Attempts:
    return Attempts()


@pytest.fixture
def server(settings: Any, rule: Attempts) -> Iterator[Vendor]:
    with vendor(rule) as running:
        settings.OTPGUARD = with_twilio(running.url)
        yield running


@pytest.fixture
def sent(server: Vendor) -> Challenge:
    """A challenge whose text message was accepted by a vendor that sends no receipts."""
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    return challenge


def row() -> Delivery:
    return Delivery.objects.get(step=0)


def forged(state: str, failure: Failure | None = None, **known: Any) -> ReceiptCounts:
    """A receipt of somebody who knows the secret URL."""
    fact = ReceiptFact(
        reference=str(row().provider_ref), state=ReceiptState(state), failure=failure
    )
    return record_receipts(
        provider="verify",
        facts=[replace(fact, **known)],
        raw="",
        now=timezone.now(),
        signed=False,
    )


def ask(now: datetime | None = None) -> ReceiptCounts | None:
    return poll_delivery(delivery_id=str(row().pk), now=now or timezone.now())


# --- a vendor that sends no receipts -------------------------------------------------------------


def test_a_silent_vendor_is_asked_once_before_the_next_channel_is_taken(
    sent: Challenge, rule: Attempts
) -> None:
    began = row().sent_at
    assert began is not None
    assert row().status_call_at == began + POLL_AFTER
    assert sent.due_at == began + WITHOUT_RECEIPTS + ANSWERED_WITHIN
    assert sweep(now=began + POLL_AFTER - GRACE).vendor_calls == 0
    at = began + POLL_AFTER
    assert sweep(now=at).vendor_calls == 1
    rule.said = {"message_status": "DELIVERED"}
    assert ask(at) == ReceiptCounts(moved=1)
    sent.refresh_from_db()
    assert (row().state, row().carrier, sent.due_at) == ("delivered", "Acme Wireless", None)
    assert Event.objects.filter(kind="challenge.delivered").count() == 1
    assert sweep(now=at + LEASE).vendor_calls == 0
    assert rule.asked == 1


def test_a_message_that_the_vendor_says_has_failed_falls_back_at_once(
    sent: Challenge, rule: Attempts
) -> None:
    at = timezone.now() + POLL_AFTER
    rule.said = {"status": "undelivered", "error_code": "30007"}
    ask(at)
    assert sweep(now=at).fell_back == 1
    send_queued()
    assert [message.channel for message in SENT] == ["whatsapp"]
    assert row().failure == "carrier_filtered"


@pytest.mark.parametrize("said", [{"message_status": "SENT"}, {"status": "queued"}])
def test_a_vendor_that_does_not_know_leaves_it_to_the_timer(
    sent: Challenge, rule: Attempts, said: dict[str, object]
) -> None:
    rule.said = said
    due = sent.due_at
    ask(timezone.now() + POLL_AFTER)
    sent.refresh_from_db()
    assert (row().state, row().status_call_at, sent.due_at) == ("sent", None, due)
    assert due is not None
    assert sweep(now=due).fell_back == 1


@pytest.mark.parametrize("mood", ["hang", "drop", "rubbish"])
def test_a_vendor_that_hangs_is_asked_again_a_few_times_and_the_timer_runs_on(
    sent: Challenge, server: Vendor, mood: Mood, caplog: pytest.LogCaptureFixture
) -> None:
    server.mood = mood
    now = timezone.now() + POLL_AFTER
    due = sent.due_at
    asked = len(server.received)
    with caplog.at_level(logging.DEBUG):
        for _ in range(STATUS_CALL.most + 2):
            assert ask(now) is None
            now = row().status_call_at or now
    assert (row().status_calls, row().status_call_at, row().state) == (
        STATUS_CALL.most,
        None,
        "sent",
    )
    assert len(server.received) - asked == STATUS_CALL.most
    assert "verify could not be asked: unknown_outcome" in caplog.text
    assert str(row().provider_ref) not in caplog.text
    assert due is not None
    sent.refresh_from_db()
    assert sent.due_at == due
    assert sweep(now=due).fell_back == 1


@pytest.mark.parametrize("state", ["verified", "canceled", "expired"])
def test_nobody_asks_about_what_nobody_waits_for(
    sent: Challenge, rule: Attempts, state: str
) -> None:
    factories.age(sent, state=state)
    assert ask(timezone.now() + POLL_AFTER) is None
    assert (rule.asked, row().status_call_at) == (0, None)


def test_a_vendor_that_sends_receipts_or_cannot_be_asked_is_not(settings: Any) -> None:
    memory = {"BACKEND": "otpguard.channels.providers.memory.Memory"}
    settings.OTPGUARD = {"PROVIDERS": {"verify": {**memory, "OPTIONS": {"outcome": "accepted"}}}}
    stopped().start()
    send_queued()
    assert (row().state, row().status_call_at) == ("sent", None)
    settings.OTPGUARD = with_twilio("http://127.0.0.1:9")
    Delivery.objects.update(receipts=True)
    assert ask(timezone.now() + POLL_AFTER) is None


def test_a_vendor_that_is_configured_no_more_is_not_asked(sent: Challenge, settings: Any) -> None:
    settings.OTPGUARD = {
        "PROVIDERS": {"x": {"BACKEND": "otpguard.channels.providers.memory.Memory"}}
    }
    assert ask(timezone.now() + POLL_AFTER) is None
    assert row().status_call_at is None


def test_of_many_workers_at_once_one_asks(sent: Challenge, rule: Attempts) -> None:
    at = timezone.now() + POLL_AFTER
    race(lambda: ask(at), threads=8)
    assert rule.asked == 1


def test_no_row_is_locked_while_the_vendor_is_asked(
    sent: Challenge, server: Vendor, rule: Attempts
) -> None:
    seen: list[str] = []

    def look(received: Received) -> Reply:
        try:
            with transaction.atomic():
                Challenge.objects.select_for_update(nowait=True).get(pk=sent.pk)
                seen.append(Delivery.objects.select_for_update(nowait=True).get(step=0).state)
        finally:
            connection.close()
        return rule(received)

    server.rule = look
    assert ask(timezone.now() + POLL_AFTER) is not None
    assert seen == ["sent"]


# --- a receipt that nobody signed ----------------------------------------------------------------


def test_a_forged_failure_forces_no_spend(sent: Challenge, rule: Attempts) -> None:
    due = sent.due_at
    known = row().carrier
    assert forged("failed", Failure.CARRIER_FILTERED, cost_micros=9, carrier="Evil") == ASKED
    sent.refresh_from_db()
    assert (row().state, row().carrier, row().failure, sent.due_at) == ("sent", known, "", due)
    assert ask() == IGNORED, "the vendor says: sent"
    now = timezone.now()
    assert sweep(now=now).fell_back == 0
    assert Delivery.objects.count() == 1
    assert rule.asked == 1


def test_a_forged_delivery_does_not_stop_the_fallback(sent: Challenge, rule: Attempts) -> None:
    due = sent.due_at
    assert forged("delivered") == ASKED
    rule.said = {"status": "undelivered", "error_code": "30007"}
    assert ask() == ReceiptCounts(moved=1), "the vendor says otherwise, and it counts"
    assert (row().state, row().failure) == ("failed", "carrier_filtered")
    assert not Event.objects.filter(kind="challenge.delivered").exists()
    now = timezone.now()
    assert due is not None
    assert now < due
    assert sweep(now=now).fell_back == 1


def test_a_receipt_that_the_vendor_confirms_counts_as_if_it_was_signed(
    sent: Challenge, rule: Attempts
) -> None:
    assert forged("delivered") == ASKED
    rule.said = {"message_status": "DELIVERED"}
    assert ask() == ReceiptCounts(moved=1)
    sent.refresh_from_db()
    assert (row().state, sent.due_at) == ("delivered", None)
    assert Receipt.objects.get().signed


def test_a_vendor_that_hangs_makes_no_receipt_true(sent: Challenge, server: Vendor) -> None:
    due = sent.due_at
    server.mood = "hang"
    forged("failed", Failure.CARRIER_FILTERED)
    forged("delivered")
    assert ask() is None
    sent.refresh_from_db()
    assert (row().state, sent.due_at) == ("sent", due)
    assert due is not None
    assert sweep(now=due).fell_back == 1, "nothing worse than the timer"


def test_a_replayed_receipt_asks_once(sent: Challenge, rule: Attempts) -> None:
    forged("delivered")
    ask()
    for _ in range(5):
        assert forged("delivered") == REPEATED
    assert row().status_call_at is None
    assert ask() is None
    assert rule.asked == 1


def test_whoever_invents_receipts_has_the_vendor_asked_a_few_times_at_most(
    sent: Challenge, rule: Attempts
) -> None:
    for failure in Failure:
        forged("failed", failure)
        ask()
    assert rule.asked == STATUS_CALL.most
    assert row().status_call_at is None


def test_nobody_is_asked_about_a_step_of_the_way_or_about_what_is_over(
    sent: Challenge, rule: Attempts
) -> None:
    before = row().status_call_at
    assert forged("sent") == IGNORED
    factories.age(sent, state="canceled")
    assert forged("delivered") == IGNORED
    assert row().status_call_at == before
    assert rule.asked == 0


class Unsigned(TwilioVerify):
    """One that calls back, and signs nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.capabilities = replace(self.capabilities, webhooks=Webhooks.UNSIGNED)


def test_a_receipt_before_our_send_has_returned_makes_nothing_true_either(
    server: Vendor, rule: Attempts, settings: Any
) -> None:
    """A reference may be guessed before it is given out."""
    settings.OTPGUARD = with_twilio(server.url)
    settings.OTPGUARD["PROVIDERS"]["verify"]["BACKEND"] = f"{__name__}.Unsigned"
    usual = rule.__call__
    early: list[ReceiptCounts] = []

    def overtaken(received: Received) -> Reply:
        reply = usual(received)
        fact = ReceiptFact(
            reference=reply.body["sid"], state=ReceiptState.FAILED, failure=Failure.FRAUD_BLOCKED
        )
        try:
            now = timezone.now()
            early.append(
                record_receipts(provider="verify", facts=[fact], raw="", now=now, signed=False)
            )
        finally:
            connection.close()
        return reply

    server.rule = overtaken
    challenge = stopped().start()
    send_queued()
    server.rule = rule
    assert early == [ReceiptCounts(unknown=1)]
    challenge.refresh_from_db()
    assert (row().state, challenge.undeliverable) == ("sent", False)
    assert Receipt.objects.get().delivery == row()
    assert ask() == IGNORED
    assert rule.asked == 1, "it is asked at once"


def test_the_task_is_ordered_after_the_commit_and_called_for_again_when_it_is_lost(
    sent: Challenge, rule: Attempts, redis_client: redis.Redis
) -> None:
    app.set_current()
    forged("delivered")
    tasks = [json.loads(raw)["headers"]["task"] for raw in redis_client.lrange("celery", 0, -1)]
    assert tasks.count(POLL_STATUS) == 1
    redis_client.delete("celery")
    now = timezone.now()
    assert sweep(now=now + GRACE).vendor_calls == 1
    assert rule.asked == 0
    ask(now + GRACE)
    assert rule.asked == 1


def test_an_answer_that_cannot_be_stored_is_asked_for_again(
    sent: Challenge, rule: Attempts
) -> None:
    forged("delivered")
    rule.said = {"message_status": "DELIVERED"}

    def away(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if "otpguard_receipt" in sql:
            raise OperationalError("the store is down")
        return execute(sql, params, many, context)

    now = timezone.now()
    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        ask(now)
    assert (row().state, row().status_call_at) == ("sent", now + LEASE)
    later = now + LEASE + timedelta(seconds=1)
    assert sweep(now=later).vendor_calls == 1
    assert ask(later) == ReceiptCounts(moved=1)
    assert row().state == "delivered"


def test_a_receipt_is_not_acknowledged_while_the_store_is_down(sent: Challenge) -> None:
    def away(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        raise OperationalError("the store is down")

    reference = str(row().provider_ref)
    fact = ReceiptFact(reference=reference, state=ReceiptState.DELIVERED)
    with connection.execute_wrapper(away), pytest.raises(OperationalError):
        record_receipts(provider="verify", facts=[fact], raw="", now=timezone.now(), signed=False)
    assert not Receipt.objects.exists()


def test_two_receipts_at_once_and_the_answer_to_the_first_lose_nothing(
    sent: Challenge, server: Vendor, rule: Attempts
) -> None:
    """A receipt that comes while the vendor is asked is a reason to ask once more."""

    def meanwhile(received: Received) -> Reply:
        reply = rule(received)
        try:
            forged("delivered")
        finally:
            connection.close()
        return reply

    server.rule = meanwhile
    forged("failed", Failure.CARRIER_FILTERED)
    assert ask() == IGNORED
    assert row().status_call_at is not None
    rule.said = {"message_status": "DELIVERED"}
    assert ask() == ReceiptCounts(moved=1)

"""Receipts of vendors move deliveries forward and timers along the plan, whatever their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.channels.providers.memory import SENT
from otpguard.core.outcome import Failure
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.delivery.receipts import (
    MOST_AT_ONCE,
    ReceiptCounts,
    record_rejected,
)
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery, Event, Receipt
from otpguard.testing import captured_events, send_queued
from otpguard.testing.racing import race
from tests import factories
from tests.flows.delivery.setting import UNKNOWN, kinds, providers, send_receipt, state_of
from tests.flows.setting import stopped
from tests.models.rows import raw
from tests.prices import price

pytestmark = pytest.mark.django_db(transaction=True)

MOVED, REPEATED = ReceiptCounts(moved=1), ReceiptCounts(repeated=1)
IGNORED = ReceiptCounts(ignored=1)


@pytest.fixture
def sent(settings: Any) -> Challenge:
    """A challenge whose text message was accepted and has no receipt yet."""
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    return challenge


def fact(
    of: Challenge, state: str, failure: Failure | None = None, *, step: int = 0
) -> ReceiptFact:
    reference = str(of.deliveries.get(step=step).provider_ref)
    return ReceiptFact(reference=reference, state=ReceiptState(state), failure=failure)


# --- the timer -----------------------------------------------------------------------------------


def test_a_delivered_message_stops_the_timer_with_an_event(sent: Challenge) -> None:
    assert sent.due_at is not None
    with captured_events() as events:
        assert send_receipt(fact(sent, "delivered")) == MOVED
    sent.refresh_from_db()
    assert (state_of(sent), sent.due_at) == ("delivered", None)
    assert [event["kind"] for event in events] == ["challenge.delivered"]
    assert events[0]["data"] == {"channel": "sms", "provider": "sms", "step": 0}
    assert events[0]["story"] == str(sent.story)


def test_a_failed_message_makes_the_next_channel_due_at_once_and_sends_nothing_itself(
    sent: Challenge,
) -> None:
    now = timezone.now()
    assert send_receipt(fact(sent, "failed", Failure.LANDLINE_OR_UNREACHABLE), now=now) == MOVED
    sent.refresh_from_db()
    assert (sent.due_at, sent.step) == (now, 0)
    assert Delivery.objects.count() == 1, "a vendor waits for our answer: the sweep does it"
    assert sweep(now=now).fell_back == 1
    send_queued()
    assert [m.channel for m in SENT] == ["sms", "whatsapp"]
    assert SENT[0].code == SENT[1].code
    row = sent.deliveries.get(step=0)
    assert (row.state, row.failure) == ("failed", "landline_or_unreachable")
    fell = Event.objects.get(kind="challenge.fell_back")
    assert "receipt: landline_or_unreachable" in fell.body


def test_what_a_vendor_calls_fraud_takes_no_further_channel(sent: Challenge) -> None:
    now = timezone.now()
    send_receipt(fact(sent, "failed", Failure.FRAUD_BLOCKED), now=now)
    sweep(now=now)
    sent.refresh_from_db()
    assert (sent.undeliverable, sent.due_at) == (True, None)
    assert Delivery.objects.count() == 1
    assert kinds()[-1] == "challenge.undeliverable"


def test_when_the_last_channel_is_told_as_failed_the_challenge_is_undeliverable(
    sent: Challenge,
) -> None:
    now = timezone.now()
    send_receipt(fact(sent, "failed", Failure.CARRIER_FILTERED), now=now)
    sweep(now=now)
    send_queued()
    send_receipt(
        fact(sent, "failed", Failure.CARRIER_FILTERED, step=1), provider="whatsapp", now=now
    )
    sweep(now=now)
    sent.refresh_from_db()
    assert (sent.step, sent.undeliverable) == (1, True)


def test_a_failure_of_a_step_that_was_left_changes_no_timer(sent: Challenge) -> None:
    assert sent.due_at is not None
    sweep(now=sent.due_at)
    send_queued()
    sent.refresh_from_db()
    due = sent.due_at
    assert send_receipt(fact(sent, "failed", Failure.CARRIER_FILTERED)) == MOVED
    sent.refresh_from_db()
    assert (sent.step, sent.due_at) == (1, due)


def test_a_code_that_arrives_late_by_an_earlier_step_is_there_all_the_same(
    sent: Challenge,
) -> None:
    assert sent.due_at is not None
    sweep(now=sent.due_at)
    factories.age(sent, undeliverable=True, due_at=timezone.now())
    send_receipt(fact(sent, "delivered"))
    sent.refresh_from_db()
    assert (sent.due_at, sent.undeliverable) == (None, False)


@pytest.mark.parametrize("state", ["verified", "canceled", "expired", "exhausted"])
def test_a_challenge_that_is_over_is_not_sent_again(sent: Challenge, state: str) -> None:
    factories.age(sent, state=state, due_at=None)
    now = timezone.now()
    assert send_receipt(fact(sent, "failed", Failure.CARRIER_FILTERED), now=now) == MOVED
    sent.refresh_from_db()
    assert sent.due_at is None
    assert sweep(now=now).fell_back == 0


# --- order, repeats, strangers -------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "failed"])))
def test_states_only_move_forward_in_whatever_order_receipts_come(
    sent: Challenge, order: tuple[str, ...]
) -> None:
    final = next(state for state in order if state != "sent")
    for state in order:
        failure = Failure.CARRIER_FILTERED if state == "failed" else None
        send_receipt(fact(sent, state, failure))
    assert state_of(sent) == final
    assert Receipt.objects.filter(delivery__challenge=sent).count() == 3


def test_a_repeat_does_nothing(sent: Challenge) -> None:
    assert send_receipt(fact(sent, "delivered")) == MOVED
    assert send_receipt(fact(sent, "delivered")) == REPEATED
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(kind="challenge.delivered").count() == 1


def test_of_many_repeats_at_once_one_counts(sent: Challenge) -> None:
    one = fact(sent, "delivered")
    results = race(lambda: send_receipt(one), threads=6)
    assert results.count(MOVED) == 1
    assert Receipt.objects.count() == 1
    assert Event.objects.filter(kind="challenge.delivered").count() == 1


def test_what_nobody_here_knows_is_stored_and_counted(sent: Challenge) -> None:
    stranger = replace(fact(sent, "failed"), reference="not ours")
    assert send_receipt(stranger) == UNKNOWN
    assert send_receipt(stranger) == REPEATED
    assert Receipt.objects.get().delivery is None


def test_the_reference_of_another_vendor_is_unknown(sent: Challenge) -> None:
    assert send_receipt(fact(sent, "failed"), provider="whatsapp") == UNKNOWN
    assert state_of(sent) == "sent"


@pytest.mark.parametrize("reference", ["", "x" * 200, "a\0b", "\ud800"])
def test_a_reference_that_no_row_can_have_is_unknown(reference: str) -> None:
    one = ReceiptFact(reference=reference, state=ReceiptState.DELIVERED)
    assert send_receipt(one) == UNKNOWN


def test_several_facts_of_one_receipt_are_taken_one_by_one(sent: Challenge) -> None:
    stranger = replace(fact(sent, "failed"), reference="not ours")
    taken = send_receipt(fact(sent, "sent"), stranger, fact(sent, "delivered"))
    assert taken == ReceiptCounts(moved=1, unknown=1, ignored=1)
    assert [bool(row.raw) for row in Receipt.objects.order_by("pk")] == [True, False, False]


def test_a_request_with_thousands_of_facts_is_taken_a_part_at_a_time(sent: Challenge) -> None:
    """A signed request with 5,000 facts held a web worker for two minutes."""
    known = fact(sent, "delivered")
    strangers = [replace(known, reference=f"stranger-{n}") for n in range(2 * MOST_AT_ONCE)]
    facts = [*strangers, known]
    with CaptureQueriesContext(connection) as queries:
        first = send_receipt(*facts)
    assert (first.unknown, first.left) == (MOST_AT_ONCE, MOST_AT_ONCE + 1)
    assert len(queries) < 20 * MOST_AT_ONCE
    assert [send_receipt(*facts).left for _ in range(2)] == [1, 0]
    assert state_of(sent) == "delivered"
    assert Receipt.objects.count() == len(facts)


def test_fraud_that_is_told_of_an_earlier_step_ends_the_later_ones(sent: Challenge) -> None:
    assert sent.due_at is not None
    early = fact(sent, "failed", Failure.FRAUD_BLOCKED)
    sweep(now=sent.due_at)
    send_queued()
    now = timezone.now() + timedelta(seconds=20)
    assert send_receipt(early, now=now) == MOVED
    sweep(now=now)
    sent.refresh_from_db()
    assert sent.undeliverable
    assert sent.deliveries.count() == 2


# --- a vendor that did not answer ----------------------------------------------------------------


@pytest.fixture
def unanswered(settings: Any) -> Challenge:
    """A challenge whose text message is perhaps on its way: no answer, so no reference."""
    settings.OTPGUARD = providers(sms="unanswered", whatsapp="accepted")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    return challenge


def by_key(of: Challenge, state: str, failure: Failure | None = None) -> ReceiptFact:
    key = str(of.deliveries.get(step=0).pk)
    return ReceiptFact(reference="SM7", state=ReceiptState(state), failure=failure, key=key)


def test_a_message_whose_answer_was_lost_is_known_by_our_key(unanswered: Challenge) -> None:
    assert unanswered.due_at is not None
    assert send_receipt(by_key(unanswered, "sent")) == IGNORED
    assert unanswered.deliveries.get().provider_ref == "SM7"
    assert send_receipt(replace(by_key(unanswered, "delivered"), key="")) == MOVED, (
        "known from now on"
    )
    unanswered.refresh_from_db()
    assert (state_of(unanswered), unanswered.due_at) == ("delivered", None)
    assert sweep(now=timezone.now() + timedelta(minutes=1)).fell_back == 0
    assert len(SENT) == 1


def test_a_message_that_has_failed_after_all_falls_back_at_once(unanswered: Challenge) -> None:
    now = timezone.now()
    assert send_receipt(by_key(unanswered, "failed", Failure.CARRIER_FILTERED), now=now) == MOVED
    assert sweep(now=now).fell_back == 1


def test_without_a_signature_our_key_finds_nothing(unanswered: Challenge) -> None:
    """It stands in a URL that others may have seen."""
    assert send_receipt(by_key(unanswered, "delivered"), signed=False) == UNKNOWN
    assert (state_of(unanswered), unanswered.deliveries.get().provider_ref) == ("sent", None)


@pytest.mark.parametrize("key", ["", "not a key", "00000000-0000-4000-8000-000000000000", "\0"])
def test_a_key_of_nobody_is_unknown(unanswered: Challenge, key: str) -> None:
    assert send_receipt(replace(by_key(unanswered, "delivered"), key=key)) == UNKNOWN
    assert state_of(unanswered) == "sent"


def test_a_key_at_another_vendor_or_of_a_message_that_was_answered_finds_nothing(
    unanswered: Challenge, settings: Any
) -> None:
    assert send_receipt(by_key(unanswered, "delivered"), provider="whatsapp") == UNKNOWN
    factories.age(unanswered.deliveries.get(), provider_ref="SM1")
    assert send_receipt(by_key(unanswered, "delivered")) == UNKNOWN
    assert state_of(unanswered) == "sent"


@pytest.mark.parametrize("outcome", ["unanswered", "accepted"])
@pytest.mark.parametrize("failure", [None, Failure.FRAUD_BLOCKED])
def test_a_receipt_by_our_key_while_the_vendor_still_keeps_us_waiting_is_not_lost(
    settings: Any, outcome: str, failure: Failure | None
) -> None:
    settings.OTPGUARD = providers(sms=outcome, whatsapp="accepted")
    challenge = stopped().start()
    pk = challenge.deliveries.get().pk
    factories.age(challenge.deliveries.get(), state="sending", lease_until=timezone.now())
    state = "failed" if failure else "delivered"
    one = by_key(challenge, state, failure)
    if outcome == "accepted":
        one = replace(one, reference=str(pk))
    assert send_receipt(one) == UNKNOWN
    assert send_receipt(one) == REPEATED
    assert state_of(challenge) == "sending", "nothing moves before the send has returned"
    deliver_code(delivery_id=str(pk), now=timezone.now() + timedelta(seconds=1))
    assert state_of(challenge) == state
    challenge.refresh_from_db()
    assert (challenge.due_at is None) == (failure is None)


def test_a_receipt_by_our_key_and_the_end_of_the_wait_at_the_same_moment_find_each_other(
    settings: Any,
) -> None:
    settings.OTPGUARD = providers(sms="unanswered", whatsapp="accepted")
    for _ in range(8):
        challenge = stopped().start()
        one = by_key(challenge, "delivered")
        one = replace(one, reference=one.key)
        factories.age(challenge.deliveries.get(), state="sending", lease_until=timezone.now())
        later = timezone.now() + timedelta(seconds=1)
        acts = [
            lambda one=one, later=later: deliver_code(delivery_id=one.key, now=later),
            lambda one=one: send_receipt(one),
        ]
        race(lambda acts=acts: acts.pop()(), threads=2)
        assert state_of(challenge) == "delivered"


# --- a vendor that signs nothing -----------------------------------------------------------------


def test_without_a_signature_the_end_of_an_open_delivery_is_believed(sent: Challenge) -> None:
    now = timezone.now()
    assert (
        send_receipt(fact(sent, "failed", Failure.CARRIER_FILTERED), signed=False, now=now) == MOVED
    )
    sent.refresh_from_db()
    assert sent.due_at == now


def test_without_a_signature_nothing_else_is_believed(sent: Challenge) -> None:
    one = replace(fact(sent, "sent"), cost_micros=9, carrier="C")
    assert send_receipt(one, signed=False) == IGNORED
    delivered = replace(fact(sent, "delivered"), cost_micros=9, carrier="C")
    factories.age(sent, state="canceled")
    assert send_receipt(delivered, signed=False) == IGNORED
    row = sent.deliveries.get()
    assert (row.state, row.cost_micros, row.carrier) == ("sent", 0, "")


def test_who_signed_a_receipt_is_kept_and_a_signature_that_comes_later_counts(
    sent: Challenge,
) -> None:
    send_receipt(fact(sent, "sent"), signed=False)
    assert not Receipt.objects.get().signed
    send_receipt(fact(sent, "sent"))
    assert Receipt.objects.get().signed
    send_receipt(fact(sent, "sent"), signed=False)
    assert Receipt.objects.get().signed


# --- what is kept --------------------------------------------------------------------------------


def test_cost_and_carrier_are_noted_and_never_overwritten_by_nothing(sent: Challenge) -> None:
    send_receipt(replace(fact(sent, "sent"), cost_micros=8800, carrier="Carrier"))
    send_receipt(fact(sent, "delivered"))
    row = sent.deliveries.get()
    assert (row.cost_micros, row.carrier) == (8800, "Carrier")


def test_a_price_that_comes_after_the_answer_keeps_what_the_success_costs(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    price(provider="sms", per_try=7_500, per_success=50_000)
    who = stopped()
    challenge = who.start()
    send_queued()
    who.answer(challenge, SENT[-1].code.digits)
    send_receipt(replace(fact(challenge, "delivered"), cost_micros=8_800))
    assert challenge.deliveries.get().cost_micros == 58_800


def test_the_receipt_is_kept_encrypted(sent: Challenge) -> None:
    send_receipt(fact(sent, "delivered"), raw="To=+12015550123")
    row = Receipt.objects.get()
    assert row.raw.reveal() == "To=+12015550123"
    assert "12015550123" not in raw(row, "raw")
    assert "12015550123" not in repr(row.raw)


def test_a_rejected_receipt_leaves_an_event_repeats_coalesced() -> None:
    now = timezone.now()
    with captured_events() as events:
        for seconds in (0, 1, 2, 61):
            record_rejected(
                provider="sms",
                reason="not signed",
                client_ip="203.0.113.9",
                now=now + timedelta(seconds=seconds),
            )
    assert [event["kind"] for event in events] == ["receipt.rejected"] * 2
    assert [event["data"]["count"] for event in events] == [1, 3]
    assert connection.in_atomic_block is False

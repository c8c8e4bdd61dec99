"""Sending where a plan mixes: in the tenant's order, within the same caps, and never past fraud
(C14)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.channels.providers.memory import SENT
from otpguard.core.fallback import MAX_SENDS
from otpguard.core.limits import CapName
from otpguard.core.outcome import Failure
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery, Usage
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import providers, send_receipt
from tests.flows.mixed import Desk, desks, fall_silent, sent_up_to
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)

TEXT, CHAT, CALL, EMAIL = range(4)
"""The steps: the first vendor's, ours, the second vendor's, ours again."""


@pytest.fixture
def vendors(settings: Any) -> Iterator[dict[str, Desk]]:
    with desks(settings, receipts=True) as known:
        yield known


@pytest.fixture
def who(vendors: dict[str, Desk]) -> Stopped:
    return stopped()


def taken() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("step").values_list("provider", "state"))


def say(challenge: Challenge, step: int, state: str, failure: Failure | None = None) -> None:
    """The vendor of a step tells what became of it."""
    row = challenge.deliveries.get(step=step)
    fact = ReceiptFact(reference=str(row.provider_ref), state=ReceiptState(state), failure=failure)
    send_receipt(fact, provider=row.provider)
    challenge.refresh_from_db()


# --- the order and the timer ---------------------------------------------------------------------


def test_a_plan_holds_both_kinds_of_step_in_the_order_of_the_policy(who: Stopped) -> None:
    plan = who.start().plan
    assert [(step["provider"], step["remote"], step["length"]) for step in plan] == [
        ("first", True, 6),
        ("near", False, 6),
        ("second", True, 8),
        ("email", False, 6),
    ]


def test_a_vendors_step_of_which_nothing_is_heard_gives_way_to_ours_in_time(who: Stopped) -> None:
    challenge = sent_up_to(who, TEXT)
    [row] = Delivery.objects.all()
    assert row.sent_at is not None
    assert challenge.due_at == row.sent_at + timedelta(seconds=8)
    assert sweep(now=challenge.due_at).fell_back == 1
    send_queued()
    assert taken() == [("first", "sent"), ("near", "sent")]
    assert SENT[-1].code is not None


def test_a_vendor_that_tells_nothing_is_waited_for_no_longer_than_the_policy_says(
    settings: Any,
) -> None:
    """VerifyNow has no receipts and cannot be asked. A code that comes late counts all the same."""
    with desks(settings, receipts=False):
        challenge = sent_up_to(stopped(), TEXT)
    sent_at = Delivery.objects.get().sent_at
    assert sent_at is not None
    assert challenge.due_at == sent_at + timedelta(seconds=8)


def test_a_vendor_that_refuses_gives_way_at_once(who: Stopped, vendors: dict[str, Desk]) -> None:
    vendors["first"].fails = Failure.CHANNEL_UNAVAILABLE
    sent_up_to(who, TEXT)
    assert taken() == [("first", "failed"), ("near", "sent")]


@pytest.mark.parametrize("digits", [4, 8, 0])
def test_a_vendor_whose_codes_have_become_another_length_is_not_used(
    who: Stopped, settings: Any, digits: int
) -> None:
    """The plan was made for the length of before; a shorter code might not do for the level."""
    challenge = who.start()
    with desks(settings, digits=digits, receipts=True):
        send_queued()
    assert taken()[0] == ("first", "failed")
    outcome = challenge.deliveries.get(step=TEXT).outcome
    assert outcome == "the provider is configured differently now"


# --- receipts of a code that counts, and of one that does not ------------------------------------


def test_a_late_receipt_of_the_open_vendors_step_stops_the_timer(who: Stopped) -> None:
    challenge = sent_up_to(who, CHAT)
    assert challenge.due_at is not None
    say(challenge, TEXT, "delivered")
    assert challenge.due_at is None
    fall_silent(challenge)
    assert challenge.step == CHAT, "what has arrived still counts"


def test_a_late_receipt_of_a_replaced_code_stops_nothing(who: Stopped) -> None:
    challenge = sent_up_to(who, CALL)
    due = challenge.due_at
    assert due is not None
    say(challenge, TEXT, "delivered")
    assert challenge.due_at == due
    fall_silent(challenge)
    assert challenge.step == EMAIL


def test_a_code_that_arrived_before_a_vendor_replaced_it_is_not_relied_on(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    vendors["second"].fails = Failure.TRANSIENT
    challenge = sent_up_to(who, CHAT)
    fall_silent(challenge)
    assert challenge.step == EMAIL, "the second vendor failed"
    say(challenge, TEXT, "delivered")
    assert challenge.due_at is None, "so the first one's code counts on"


# --- caps and fraud ------------------------------------------------------------------------------


def charged() -> Counter[str]:
    return Counter(Usage.objects.values_list("cap", flat=True))


def test_a_mixed_plan_is_charged_like_any_other_and_once(who: Stopped, settings: Any) -> None:
    sent_up_to(who, EMAIL)
    mixed = charged()
    assert mixed.pop(str(CapName.TENANT)) == 3, "each message that costs counts for the tenant"
    Usage.objects.all().delete()
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    stopped().start()
    own = charged()
    assert own.pop(str(CapName.TENANT)) == 1
    assert own == mixed


def test_a_full_cap_of_the_tenant_stops_a_step_of_ours_after_a_vendors(
    who: Stopped, settings: Any
) -> None:
    settings.OTPGUARD |= {"TENANT_MESSAGES_PER_HOUR": 1}
    challenge = sent_up_to(who, TEXT)
    fall_silent(challenge)
    assert taken() == [("first", "sent")]
    assert challenge.undeliverable


def test_a_full_cap_refuses_a_mixed_plan_before_anything_is_sent(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    for _ in range(10):
        who.start()
    with pytest.raises(StartRefused) as refused:
        who.start()
    assert refused.value.reason is StartReason.CAP_FACTOR
    assert vendors["first"].open == set()


def test_a_challenge_sends_six_messages_at_most_over_both_kinds(who: Stopped) -> None:
    challenge = sent_up_to(who, EMAIL)
    for _ in range(MAX_SENDS - 4):
        resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=True)
        send_queued()
    with pytest.raises(StartRefused) as refused:
        resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=True)
    assert refused.value.reason is StartReason.NO_SENDS_LEFT
    assert Delivery.objects.count() == MAX_SENDS


def test_an_unproven_number_gets_one_paid_step_of_ours_after_a_vendors_and_no_call(
    who: Stopped,
) -> None:
    """A5."""
    challenge = sent_up_to(who, TEXT)
    Challenge.objects.update(enrolls=True)
    fall_silent(challenge)
    fall_silent(challenge)
    assert [provider for provider, _ in taken()] == ["first", "near", "email"]


def test_where_a_vendor_refuses_for_fraud_no_step_of_ours_follows(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    vendors["first"].fails = Failure.FRAUD_BLOCKED
    challenge = sent_up_to(who, TEXT)
    assert taken() == [("first", "failed")]
    assert challenge.undeliverable


@pytest.mark.parametrize("step", [TEXT, CHAT])
def test_a_receipt_of_fraud_about_whichever_step_stops_the_other_kind_too(
    who: Stopped, step: int
) -> None:
    challenge = sent_up_to(who, CHAT)
    say(challenge, step, "failed", Failure.FRAUD_BLOCKED)
    sweep(now=timezone.now())
    challenge.refresh_from_db()
    assert challenge.undeliverable
    factories.age(challenge, due_at=timezone.now())
    sweep(now=timezone.now())
    assert len(taken()) == 2

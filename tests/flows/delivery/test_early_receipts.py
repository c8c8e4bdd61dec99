"""A receipt that overtakes the vendor's answer to our send is found when the answer comes."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.core.outcome import Failure
from otpguard.flows.sweep import sweep
from otpguard.models import Receipt
from otpguard.testing import send_queued
from otpguard.testing.racing import race
from tests.flows.delivery.setting import UNKNOWN, providers, send_receipt, state_of
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("state", "failure", "expected"),
    [("delivered", None, "delivered"), ("failed", Failure.FRAUD_BLOCKED, "failed")],
)
def test_a_receipt_that_overtakes_the_answer_to_our_send_is_not_lost(
    settings: Any, state: str, failure: Failure | None, expected: str
) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    challenge = stopped().start()
    reference = str(challenge.deliveries.get().pk)  # what the vendor will have called it
    early = ReceiptFact(reference=reference, state=ReceiptState(state), failure=failure)
    now = timezone.now()
    assert send_receipt(early, now=now) == UNKNOWN
    send_queued()
    assert state_of(challenge) == expected
    assert Receipt.objects.get().delivery is not None
    challenge.refresh_from_db()
    if state == "delivered":
        assert challenge.due_at is None
    else:
        sweep(now=timezone.now())
        challenge.refresh_from_db()
        assert challenge.undeliverable


def test_a_receipt_and_our_send_at_the_same_moment_always_find_each_other(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    for _ in range(8):
        challenge = stopped().start()
        reference = str(challenge.deliveries.get().pk)
        one = ReceiptFact(reference=reference, state=ReceiptState.DELIVERED)
        acts = [send_queued, lambda one=one: send_receipt(one)]
        race(lambda acts=acts: acts.pop()(), threads=2)
        assert state_of(challenge) == "delivered"


def test_without_a_signature_a_receipt_before_our_send_has_returned_is_evaluated_as_later_ones(
    settings: Any,
) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    challenge = stopped().start()
    reference = str(challenge.deliveries.get().pk)
    for state in (ReceiptState.SENT, ReceiptState.DELIVERED):
        assert send_receipt(ReceiptFact(reference=reference, state=state), signed=False) == UNKNOWN
    send_queued()
    assert state_of(challenge) == "delivered", "this vendor cannot be asked"

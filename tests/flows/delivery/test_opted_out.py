"""A vendor that says that a person has opted out switches the channel off for that number."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.channels.providers.memory import SENT
from otpguard.core.outcome import Failure
from otpguard.exceptions import StartRefused
from otpguard.models import Challenge, Delivery, OptOut
from otpguard.testing import send_queued
from tests import factories
from tests.flows.delivery.setting import providers, send_receipt
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)

OPTED_OUT = ReceiptFact(reference="SM1", state=ReceiptState.FAILED, failure=Failure.OPTED_OUT)


@pytest.fixture(autouse=True)
def _vendors(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")
    SENT.clear()


def sent(here: Stopped) -> Challenge:
    challenge = here.start()
    send_queued()
    Delivery.objects.filter(challenge=challenge).update(provider_ref="SM1")
    return challenge


def test_a_refusal_of_a_send_is_one(settings: Any) -> None:
    settings.OTPGUARD = {
        "PROVIDERS": {
            "sms": {
                "BACKEND": "tests.channels.vendors.Vendor",
                "OPTIONS": {"channels": ["sms"], "failure": "opted_out"},
            }
        }
    }
    here = stopped()
    here.start()
    send_queued()
    row = OptOut.objects.get()
    assert (row.channel, row.provider, row.source) == ("sms", "sms", "vendor")
    assert row.number.reveal() == here.factor.secret.reveal()
    assert row.until is not None, "this vendor could not tell us of a START"


def test_a_signed_receipt_is_one_and_the_next_plan_leaves_the_channel_out() -> None:
    here = stopped()
    sent(here)
    send_receipt(OPTED_OUT)
    assert OptOut.objects.get().channel == "sms"
    again = here.start()
    assert [step["channel"] for step in again.plan] == ["whatsapp"]


def test_an_unsigned_receipt_is_none() -> None:
    sent(stopped())
    send_receipt(OPTED_OUT, signed=False)
    assert not OptOut.objects.exists()


def test_a_repeat_does_not_undo_a_start() -> None:
    sent(stopped())
    send_receipt(OPTED_OUT)
    OptOut.objects.update(ended_at=timezone.now())
    send_receipt(OPTED_OUT)
    assert not OptOut.objects.filter(ended_at=None).exists()


def test_a_receipt_that_came_before_the_answer_is_one() -> None:
    here = stopped()
    challenge = here.start()
    key = str(Delivery.objects.get(challenge=challenge).pk)
    send_receipt(ReceiptFact(reference=key, state=ReceiptState.FAILED, failure=Failure.OPTED_OUT))
    assert not OptOut.objects.exists()
    send_queued()
    assert Delivery.objects.get(step=0).failure == "opted_out"
    assert OptOut.objects.get().channel == "sms"


def test_a_stop_between_order_and_send_keeps_the_message_back() -> None:
    here = stopped()
    challenge = here.start()
    factories.opt_out(here.factor.secret.reveal())
    send_queued()
    first = Delivery.objects.get(challenge=challenge, step=0)
    assert (first.state, first.failure) == ("failed", "opted_out")
    assert [message.channel for message in SENT] == ["whatsapp"], "the other channel is not off"
    assert OptOut.objects.count() == 1


def test_what_a_tenants_own_sender_was_told_keeps_back_nothing_of_others() -> None:
    here = stopped()
    factories.opt_out(here.factor.secret.reveal(), factories.tenant())
    here.start()
    send_queued()
    assert [message.channel for message in SENT] == ["sms"]


def test_with_every_channel_off_nothing_is_ordered_and_the_person_is_told_why() -> None:
    here = stopped()
    for channel in ("sms", "whatsapp", "voice"):
        factories.opt_out(here.factor.secret.reveal(), channel=channel)
    with pytest.raises(StartRefused, match="opted_out"):
        here.start()
    send_queued()
    assert SENT == []


def test_other_failures_switch_nothing_off() -> None:
    sent(stopped())
    send_receipt(
        ReceiptFact(reference="SM1", state=ReceiptState.FAILED, failure=Failure.CARRIER_FILTERED)
    )
    assert not OptOut.objects.exists()

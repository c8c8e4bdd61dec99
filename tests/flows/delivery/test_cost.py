"""A delivery knows what it cost: our price, or the vendor's own figure, and what success adds."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.base import OutboundMessage
from otpguard.channels.providers.memory import SENT, Memory
from otpguard.core.money import MOST
from otpguard.core.outcome import Accepted, Failure, Outcome, Unavailable
from otpguard.flows.delivery.cost import add_success_cost, record_sent_cost, record_vendor_cost
from otpguard.flows.delivery.fallback import Fallen, fall_back
from otpguard.models import Challenge, Delivery
from otpguard.testing import send_queued
from tests.flows.delivery.setting import providers
from tests.flows.setting import Stopped, stopped
from tests.prices import price

pytestmark = pytest.mark.django_db(transaction=True)


class TellsItsPrice(Memory):
    """Says what each message costs."""

    def send(self, message: OutboundMessage) -> Outcome:
        super().send(message)
        return Accepted(reference=message.key, delivered=True, cost_micros=4_321)


class HangsUp(Memory):
    """Nobody knows whether it has sent."""

    def send(self, message: OutboundMessage) -> Outcome:
        return Unavailable(reason="no answer", failure=Failure.UNKNOWN_OUTCOME)


def only(name: str) -> dict[str, Any]:
    return {
        "PROVIDERS": {"memory": {"BACKEND": f"{__name__}.{name}", "OPTIONS": {"channels": ["sms"]}}}
    }


def costs() -> list[int]:
    return list(Delivery.objects.order_by("step").values_list("cost_micros", flat=True))


def started() -> tuple[Stopped, Challenge]:
    who = stopped()
    return who, who.start()


def test_a_message_costs_its_try_its_add_on_and_its_surcharge_when_it_leaves() -> None:
    price(per_try=7_500, add_on=50, surcharge=3_500, per_success=50_000)
    started()
    assert costs() == [0], "nothing has left yet"
    send_queued()
    assert costs() == [11_050]
    assert Delivery.objects.get().country == "US"


def test_an_answered_code_adds_the_success_once() -> None:
    price(per_try=7_500, per_success=50_000)
    who, challenge = started()
    send_queued()
    who.answer(challenge, SENT[-1].code.digits)
    assert costs() == [57_500]
    who.answer(challenge, SENT[-1].code.digits)
    assert costs() == [57_500]


def test_a_wrong_answer_adds_nothing() -> None:
    price(per_try=7_500, per_success=50_000)
    who, challenge = started()
    send_queued()
    who.answer(challenge, "nothing")
    assert costs() == [7_500]


def test_the_vendors_own_figure_stands_in_place_of_ours(settings: Any) -> None:
    settings.OTPGUARD = only("TellsItsPrice")
    price(per_try=7_500, per_success=50_000)
    who, challenge = started()
    send_queued()
    assert costs() == [4_321]
    who.answer(challenge, SENT[-1].code.digits)
    assert costs() == [54_321]


def test_what_is_perhaps_sent_is_perhaps_billed(settings: Any) -> None:
    settings.OTPGUARD = only("HangsUp")
    price(per_try=7_500)
    started()
    send_queued()
    assert Delivery.objects.get().state == "sent"
    assert costs() == [7_500]


def test_what_was_refused_costs_nothing_and_the_success_goes_to_the_one_that_left(
    settings: Any,
) -> None:
    settings.OTPGUARD = providers(sms="refused", whatsapp="delivered")
    price(provider="sms", per_try=1, per_success=2)
    price(provider="whatsapp", channel="whatsapp", per_try=10, per_success=20)
    who, challenge = started()
    send_queued()
    assert costs() == [0, 10]
    who.answer(challenge, SENT[-1].code.digits)
    assert costs() == [0, 30]


def test_of_two_that_left_the_later_one_has_the_success(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered")
    price(provider="sms", per_try=1, per_success=2)
    price(provider="whatsapp", channel="whatsapp", per_try=10, per_success=20)
    who, challenge = started()
    send_queued()
    challenge.refresh_from_db()
    fall_back([Fallen(challenge=challenge, reason="late")], now=timezone.now())
    send_queued()
    who.answer(challenge, SENT[0].code.digits)
    assert costs() == [1, 30]


def test_an_email_has_no_country() -> None:
    price(channel="email", per_try=100)
    started()
    row = Delivery.objects.get()
    Delivery.objects.update(channel="email", country="")
    row.refresh_from_db()
    record_sent_cost(row, destination="", vendor_micros=None, now=timezone.now())
    assert (row.country, row.cost_micros) == ("", 100)


def test_a_figure_that_comes_later_replaces_ours_and_keeps_the_success() -> None:
    price(per_try=7_500, per_success=50_000)
    who, challenge = started()
    send_queued()
    row = Delivery.objects.get()
    assert record_vendor_cost(delivery=row, vendor_micros=8_000, now=timezone.now()) == 8_000
    who.answer(challenge, SENT[-1].code.digits)
    row = Delivery.objects.get()
    assert row.cost_micros == 58_000
    assert record_vendor_cost(delivery=row, vendor_micros=9_000, now=timezone.now()) == 59_000
    assert costs() == [59_000]


def test_a_challenge_that_sends_nothing_costs_nothing() -> None:
    _, challenge = started()
    assert add_success_cost(challenge=challenge, now=timezone.now()) == 0, "it has not left"
    challenge.plan = []
    assert add_success_cost(challenge=challenge, now=timezone.now()) == 0


def test_a_figure_beyond_all_measure_is_cut_off() -> None:
    started()
    send_queued()
    row = Delivery.objects.get()
    record_sent_cost(row, destination="", vendor_micros=MOST * 2, now=timezone.now())
    assert row.cost_micros == MOST

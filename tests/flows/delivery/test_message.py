"""A message is made of what the delivery and its challenge say, and of no more."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard.channels.base import OutboundMessage
from otpguard.core.outcome import Refused
from otpguard.flows.delivery.message import CANNOT_NAME, code_of, message_of
from otpguard.models import Delivery
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


def ordered(**changed: object) -> Delivery:
    stopped(brand="Acme").start()
    Delivery.objects.update(**changed)
    return Delivery.objects.select_related("challenge").get()


def message(delivery: Delivery) -> OutboundMessage:
    found = message_of(delivery, delivery.challenge, timezone.now())
    assert isinstance(found, OutboundMessage)
    return found


def test_a_text_message_goes_to_the_number_of_old_with_the_challenges_code() -> None:
    delivery = ordered()
    found = message(delivery)
    assert found.to == delivery.challenge.destination.reveal()
    assert found.code == code_of(delivery.challenge)
    assert found.code is not None
    assert found.code.digits in found.text
    assert "Acme" in found.text
    assert 0 < found.lifetime <= 300


def test_every_generation_has_a_code_of_its_own_and_keeps_it() -> None:
    challenge = ordered().challenge
    first = code_of(challenge)
    challenge.generation += 1
    assert code_of(challenge) != first
    challenge.generation -= 1
    assert code_of(challenge) == first


def test_where_the_vendor_makes_the_code_there_is_none_of_ours() -> None:
    found = message(ordered(remote=True))
    assert (found.code, found.text, found.remote) == (None, "", True)


def test_a_code_by_email_goes_to_the_email_that_the_factor_is_bound_to_or_nowhere() -> None:
    delivery = ordered(channel="email")
    user = delivery.challenge.user
    assert user is not None
    assert message(delivery).to == user.email
    user.email = "mallory@example.com"
    found = message_of(delivery, delivery.challenge, timezone.now())
    assert isinstance(found, Refused)
    assert "changed" in found.reason


def test_a_message_names_the_payment_that_is_signed() -> None:
    shown = "12.00 EUR, Ann, ...1234"
    delivery = signing(shown)
    assert shown in message(delivery).text


@pytest.mark.parametrize(
    "target", ["", "Payout http://evil.example", "12.00 EUR, a.example, ...1234"]
)
def test_what_is_no_payment_is_in_no_message_where_something_is_signed(target: str) -> None:
    delivery = signing(target)
    assert message_of(delivery, delivery.challenge, timezone.now()) == Refused(reason=CANNOT_NAME)


def test_a_vendor_that_writes_its_own_message_signs_nothing() -> None:
    delivery = signing("12.00 EUR, Ann, ...1234", remote=True)
    assert message_of(delivery, delivery.challenge, timezone.now()) == Refused(reason=CANNOT_NAME)


def signing(target: str, **changed: object) -> Delivery:
    delivery = ordered(**changed)
    delivery.challenge.checkpoint = "transaction_flow"
    delivery.challenge.target = target
    delivery.challenge.save(update_fields=["checkpoint", "target"])
    return Delivery.objects.select_related("challenge").get()

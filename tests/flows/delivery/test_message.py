"""A message is made of what the delivery and its challenge say, and of no more."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard.channels.base import OutboundMessage
from otpguard.core.outcome import Refused
from otpguard.flows.delivery.message import code_of, message_of
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

"""What is open at a vendor is ended once it is left, by a task that nobody waits for."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.utils import timezone

from otpguard.flows.challenge.answer import Verified
from otpguard.flows.challenge.close import cancel_challenge, repudiate_challenge
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.due import LEASE
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery
from otpguard.queue import CLOSE_AT_VENDOR
from otpguard.testing import send_queued
from otpguard.testing.vendor_server import Received, Reply, Vendor, vendor
from tests import factories
from tests.celery_app import app
from tests.flows.remote import with_bird, with_messagebird, with_twilio
from tests.flows.setting import Stopped, sent_code, stopped
from tests.vendors import messagebird, twilio
from tests.vendors.bird import BirdVerify

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ended(redis_client: redis.Redis) -> Callable[[], list[int]]:
    """The steps whose end was ordered since the last look."""
    app.set_current()

    def look() -> list[int]:
        messages = [json.loads(raw) for raw in redis_client.lrange("celery", 0, -1)]
        redis_client.delete("celery")
        ids = [
            json.loads(b64decode(each["body"]))[1]["delivery_id"]
            for each in reversed(messages)
            if each["headers"]["task"] == CLOSE_AT_VENDOR
        ]
        return [Delivery.objects.get(pk=pk).step for pk in ids]

    return look


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(messagebird.verify) as running:
        yield running


@pytest.fixture
def who(settings: Any, server: Vendor) -> Stopped:
    settings.OTPGUARD = with_messagebird(server.url)
    return stopped()


@pytest.fixture
def challenge(who: Stopped) -> Challenge:
    started = who.start()
    send_queued()
    started.refresh_from_db()
    return started


def _canceled(who: Stopped, challenge: Challenge) -> None:
    cancel_challenge(facts=who.facts, challenge=challenge, reason="by the person")


def _verified(who: Stopped, challenge: Challenge) -> None:
    assert isinstance(who.answer(challenge, messagebird.RIGHT), Verified)


def _exhausted(who: Stopped, challenge: Challenge) -> None:
    for _ in range(5):
        who.answer(challenge, "0000")


def _expired(who: Stopped, challenge: Challenge) -> None:
    factories.age(challenge, expires_at=timezone.now())
    assert sweep(now=timezone.now() + timedelta(seconds=1)).expired == 1


def _repudiated(who: Stopped, challenge: Challenge) -> None:
    assert repudiate_challenge(facts=who.facts, challenge_id=challenge.pk)


def _superseded(who: Stopped, challenge: Challenge) -> None:
    who.start()


@pytest.mark.parametrize(
    "close", [_canceled, _verified, _exhausted, _expired, _repudiated, _superseded]
)
def test_however_a_challenge_closes_its_vendor_hears_of_it(
    who: Stopped,
    challenge: Challenge,
    ended: Callable[[], list[int]],
    close: Callable[[Stopped, Challenge], None],
) -> None:
    assert ended() == []
    close(who, challenge)
    assert ended() == [0]


def test_a_challenge_that_no_vendor_has_taken_has_nothing_to_end(
    who: Stopped, ended: Callable[[], list[int]]
) -> None:
    _canceled(who, who.start())
    assert ended() == []


def test_a_vendor_that_does_not_want_to_hear_is_not_told(
    settings: Any, ended: Callable[[], list[int]]
) -> None:
    with vendor(BirdVerify()) as server:
        settings.OTPGUARD = with_bird(server.url)
        who = stopped()
        started = who.start()
        send_queued()
    _canceled(who, started)
    assert ended() == []


def again(who: Stopped, challenge: Challenge, *, another_way: bool = False) -> None:
    Challenge.objects.update(undeliverable=True)
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=another_way)


def test_a_vendors_code_is_ended_once_the_next_one_is_out_and_not_before(
    who: Stopped, challenge: Challenge, server: Vendor, ended: Callable[[], list[int]]
) -> None:
    """Until then it is the only one that there is."""
    server.mood = "drop"
    again(who, challenge)
    send_queued()
    assert ended() == []
    server.mood = "answer"
    assert isinstance(who.answer(challenge, messagebird.RIGHT), Verified)
    assert ended() == [0]


def test_a_resend_makes_a_new_verification_and_ends_the_one_before(
    who: Stopped, challenge: Challenge, ended: Callable[[], list[int]]
) -> None:
    again(who, challenge)
    send_queued()
    assert ended() == [0]
    first, second = Delivery.objects.order_by("step")
    assert first.provider_ref != second.provider_ref
    again(who, challenge)
    send_queued()
    assert ended() == [1], "each is ended once"


def test_what_comes_too_late_is_ended_itself(
    who: Stopped, challenge: Challenge, ended: Callable[[], list[int]]
) -> None:
    row = Delivery.objects.get()
    again(who, challenge)
    send_queued()
    assert ended() == [0]
    # The worker of the first step was taken for dead and its row sent once more.
    factories.age(row, state="sending", lease_until=timezone.now() - LEASE)
    deliver_code(delivery_id=str(row.pk), now=timezone.now())
    assert ended() == [0]


@pytest.fixture
def verify(settings: Any) -> Iterator[Vendor]:
    with vendor(twilio.verify) as running:
        settings.OTPGUARD = with_twilio(running.url)
        yield running


def test_a_way_that_is_left_is_ended_and_its_digits_stay_good(
    verify: Vendor, ended: Callable[[], list[int]]
) -> None:
    who = stopped()
    started = who.start()
    send_queued()
    again(who, started, another_way=True)
    assert ended() == [], "not before the next message is out"
    digits = sent_code(started)
    assert ended() == [0]
    assert isinstance(who.answer(started, digits), Verified)
    assert ended() == [], "the newest vendor does not want to hear"


def test_the_same_vendor_is_told_before_it_is_asked_for_another_message(
    verify: Vendor, ended: Callable[[], list[int]]
) -> None:
    """Some refuse a second verification of one number. The lease covers both calls."""
    who = stopped()
    started = who.start()
    send_queued()
    leases: list[Any] = []

    def look(received: Received) -> Reply:
        if received.form.get("Status") == "canceled":
            leases.append(Delivery.objects.get(step=1).lease_until)
            connection.close()
        return twilio.verify(received)

    verify.rule = look
    again(who, started)
    before = timezone.now()
    send_queued()
    calls = [received.form for received in verify.received]
    assert [each.get("Status", "start") for each in calls] == ["start", "canceled", "start"]
    assert leases[0] >= before + 2 * LEASE
    assert ended() == []
    assert Delivery.objects.get(step=1).state == "sent"

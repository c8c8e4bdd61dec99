"""A message waits for its route within the life of its code, unless another would be quicker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.attempt import Postponed
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.delivery.waiting import can_wait, postponed_by, queue_again
from otpguard.flows.sweep import sweep
from otpguard.models import Challenge, Delivery
from otpguard.testing import send_queued
from tests import factories
from tests.channels.vendors import TAKEN, provider
from tests.flows.delivery.setting import MEMORY, kinds
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    TAKEN.clear()
    yield
    TAKEN.clear()


def limited(settings: Any, seconds: int, *, others: bool = False, **options: Any) -> Stopped:
    """Somebody whose text messages go by a vendor that asks to wait first."""
    options = {"failure": "rate_limited", "times": 1, "retry_after": seconds, **options}
    known = {"texts": provider(channels=["sms"], **options)}
    if others:
        known["chats"] = {"BACKEND": MEMORY, "OPTIONS": {"channels": ["whatsapp"]}}
    settings.OTPGUARD = {"PROVIDERS": known}
    return stopped()


def deliver(at: datetime) -> Outcome | None:
    return deliver_code(delivery_id=str(Delivery.objects.get(step=0).pk), now=at)


def test_the_only_route_is_waited_for_and_then_used(settings: Any) -> None:
    challenge = limited(settings, 30).start()
    now = timezone.now()
    assert deliver(now) is None
    row = Delivery.objects.get()
    assert (row.state, row.outcome) == ("queued", "vendor: rate_limited")
    assert row.lease_until == now + timedelta(seconds=30)
    assert deliver(now + timedelta(seconds=29)) is None
    assert len(TAKEN) == 1, "the vendor is not asked before its time"
    assert sweep(now=now + timedelta(seconds=29)).requeued == 0
    later = now + timedelta(seconds=31)
    assert sweep(now=later).requeued == 1
    assert isinstance(deliver(later), Accepted)
    challenge.refresh_from_db()
    assert not challenge.undeliverable
    assert kinds() == ["challenge.started", "challenge.sent"]


def test_another_route_is_taken_at_once_when_that_is_quicker(settings: Any) -> None:
    challenge = limited(settings, 30, others=True).start()
    assert challenge.plan[0]["provider"] == "texts"
    send_queued()
    challenge.refresh_from_db()
    assert [message.channel for message in SENT] == ["whatsapp"]
    assert challenge.step == 1


def test_a_short_wait_is_quicker_than_another_route(settings: Any) -> None:
    challenge = limited(settings, 2, others=True).start()
    now = timezone.now()
    assert deliver(now) is None
    assert isinstance(deliver(now + timedelta(seconds=3)), Accepted)
    challenge.refresh_from_db()
    assert challenge.step == 0
    assert not SENT


def test_a_wait_beyond_the_life_of_the_code_is_no_wait(settings: Any) -> None:
    challenge = limited(settings, 86_400).start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.undeliverable
    assert Delivery.objects.get().state == "failed"


def test_a_limit_on_one_number_is_waited_for_as_well(settings: Any) -> None:
    limited(settings, 6, failure="conflict_open").start()
    now = timezone.now()
    assert deliver(now) is None
    assert isinstance(deliver(now + timedelta(seconds=7)), Accepted)


def test_a_message_that_was_overtaken_does_not_wait(settings: Any) -> None:
    who = limited(settings, 30, times=2)
    challenge = who.start()
    factories.age(challenge, last_sent_at=timezone.now() - timedelta(minutes=1))
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=False)
    send_queued()
    assert [row.state for row in Delivery.objects.order_by("step")] == ["failed", "queued"]


def ordered(settings: Any) -> tuple[Challenge, Delivery]:
    challenge = limited(settings, 1).start()
    return challenge, Delivery.objects.get()


@pytest.mark.parametrize(
    "outcome",
    [
        Accepted(reference="1"),
        Refused(reason="x", failure=Failure.INVALID_NUMBER, retry_after=5),
        Unavailable(reason="x", failure=Failure.AUTH_CONFIG, retry_after=5),
        Unavailable(reason="x", failure=Failure.UNKNOWN_OUTCOME, retry_after=5),
        Unavailable(reason="x", failure=Failure.RATE_LIMITED),
        Unavailable(reason="x", failure=Failure.RATE_LIMITED, retry_after=0),
    ],
)
def test_nothing_is_tried_again_that_was_perhaps_sent_or_will_fail_again(
    settings: Any, outcome: Outcome
) -> None:
    assert postponed_by(outcome, ordered(settings)[1], timezone.now()) is None


def test_each_try_comes_later_than_the_one_before(settings: Any) -> None:
    delivery = ordered(settings)[1]
    busy = Unavailable(reason="x", failure=Failure.RATE_LIMITED, retry_after=1)
    now, tries = delivery.created_at, 0
    while now < delivery.created_at + timedelta(minutes=10):
        postponed = postponed_by(busy, delivery, now)
        assert postponed is not None
        now, tries = postponed.until, tries + 1
    assert tries == 11


def test_a_message_waits_while_its_challenge_would_still_take_the_code(settings: Any) -> None:
    challenge, delivery = ordered(settings)
    second = timedelta(seconds=1)
    assert can_wait(delivery, challenge, challenge.expires_at - second)
    assert not can_wait(delivery, challenge, challenge.expires_at)


def test_a_claim_that_another_worker_holds_is_not_given_back(settings: Any) -> None:
    _, delivery = ordered(settings)
    now = timezone.now()
    factories.age(delivery, state="sending", lease_until=now + timedelta(seconds=30))
    delivery.lease_until = now
    queue_again(delivery, Postponed(until=now, reason="x"))
    assert Delivery.objects.get().state == "sending"

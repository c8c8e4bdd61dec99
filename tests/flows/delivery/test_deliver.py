"""A delivery is sent once, by its claimer, and a failing route gives way to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels.base import OutboundMessage
from otpguard.channels.breaker import RouteKey, count_try
from otpguard.channels.providers.memory import SENT, Memory
from otpguard.core.breaker import Tried
from otpguard.core.outcome import Accepted, Outcome
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.deliver import deliver_code
from otpguard.flows.delivery.patience import WITHOUT_RECEIPTS
from otpguard.flows.due import LEASE
from otpguard.flows.sweep import sweep
from otpguard.models import Delivery, Event, TenDlcRegistration
from otpguard.testing import send_queued
from otpguard.testing.vendor_server import vendor
from tests import factories
from tests.flows.delivery.setting import kinds, providers
from tests.flows.remote import with_bird
from tests.flows.setting import stopped
from tests.vendors.bird import BirdVerify

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_message_names_brand_and_action_and_nothing_that_a_user_typed() -> None:
    """A7: the target is for pages only."""
    who = stopped(brand="Acme")
    who.start()
    send_queued()
    text = SENT[-1].text
    assert "Acme" in text
    assert who.ask.target not in text
    assert text.endswith(f"@acme.example #{SENT[-1].code.digits}")
    assert len(text) <= 160


def test_a_sent_delivery_is_not_sent_again() -> None:
    stopped().start()
    pk = str(Delivery.objects.get().pk)
    assert isinstance(deliver_code(delivery_id=pk, now=timezone.now()), Accepted)
    assert deliver_code(delivery_id=pk, now=timezone.now()) is None
    assert len(SENT) == 1


def test_of_many_workers_at_once_one_sends() -> None:
    stopped().start()
    pk, start = str(Delivery.objects.get().pk), Barrier(8)

    def work() -> None:
        start.wait()
        try:
            deliver_code(delivery_id=pk, now=timezone.now())
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(SENT) == 1


def test_a_worker_that_died_is_taken_over_when_its_lease_lapses() -> None:
    stopped().start()
    row = Delivery.objects.get()
    factories.age(row, state="sending", lease_until=timezone.now() + LEASE)
    assert deliver_code(delivery_id=str(row.pk), now=timezone.now()) is None
    later = timezone.now() + LEASE + timedelta(seconds=1)
    assert isinstance(deliver_code(delivery_id=str(row.pk), now=later), Accepted)


@pytest.mark.parametrize(
    "close",
    [
        lambda c: factories.age(c, state="canceled"),
        lambda c: factories.age(c, expires_at=timezone.now()),
    ],
    ids=["canceled", "expired"],
)
def test_a_closed_challenge_is_not_sent(close: Callable[[Any], None]) -> None:
    challenge = stopped().start()
    close(challenge)
    send_queued()
    assert not SENT
    assert Delivery.objects.get().state == "failed"


@pytest.mark.parametrize("failure", ["refused", "unavailable"])
def test_a_failing_route_falls_back_at_once_with_the_same_digits(
    settings: Any, failure: str
) -> None:
    settings.OTPGUARD = providers(sms=failure, whatsapp="delivered", voice="delivered")
    who = stopped()
    challenge = who.start()
    send_queued()
    assert [m.channel for m in SENT] == ["whatsapp"]
    challenge.refresh_from_db()
    assert challenge.step == 1
    assert kinds() == ["challenge.started", "challenge.fell_back", "challenge.sent"]
    from_step_zero = challenge.generation
    assert from_step_zero == 0
    assert who.answer(challenge, SENT[-1].code.digits).__class__.__name__ == "Verified"


def test_when_every_route_fails_the_challenge_is_undeliverable(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="refused", whatsapp="unavailable")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.undeliverable
    assert challenge.state == "open", "a late success of one route may still be answered"
    assert kinds()[-1] == "challenge.undeliverable"


def test_what_a_vendor_calls_fraud_is_not_tried_over_the_next_paid_channel(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="fraud", whatsapp="delivered", voice="delivered")
    who = stopped()
    challenge = who.start()
    send_queued()
    challenge.refresh_from_db()
    assert not SENT
    assert challenge.undeliverable
    assert (challenge.state, challenge.step, challenge.due_at) == ("open", 0, None)
    assert kinds() == ["challenge.started", "challenge.undeliverable"]
    event = Event.objects.get(kind="challenge.undeliverable")
    assert json.loads(event.body)["data"]["reason"].startswith("fraud_blocked")

    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=True)
    send_queued()
    assert [m.channel for m in SENT] == ["whatsapp"], "a person may ask for another way"
    assert who.answer(challenge, SENT[-1].code.digits).__class__.__name__ == "Verified"


def test_a_provider_is_told_language_and_life_of_the_code() -> None:
    challenge = stopped().start()
    send_queued()
    life = (challenge.expires_at - challenge.created_at).total_seconds()
    assert life - 5 <= SENT[-1].lifetime <= life
    assert SENT[-1].language == challenge.language


def test_a_route_that_sends_receipts_gets_a_fallback_timer(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.due_at is not None
    left = (challenge.due_at - timezone.now()).total_seconds()
    assert 7 < left <= 8


def test_a_route_that_never_sends_receipts_is_given_longer(settings: Any) -> None:
    silent = providers(sms="accepted", whatsapp="delivered")
    silent["PROVIDERS"]["sms"]["OPTIONS"]["receipts"] = False
    settings.OTPGUARD = silent
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.due_at is not None
    left = (challenge.due_at - timezone.now()).total_seconds()
    assert WITHOUT_RECEIPTS.total_seconds() - 1 < left <= WITHOUT_RECEIPTS.total_seconds()


def test_a_message_that_is_perhaps_on_its_way_is_given_the_patience_of_one_that_is(
    settings: Any,
) -> None:
    """The next one would arrive beside it, and both would be billed."""
    settings.OTPGUARD = providers(sms="unanswered", whatsapp="delivered")
    who = stopped()
    challenge = who.start()
    send_queued()
    challenge.refresh_from_db()
    row = Delivery.objects.get()
    assert (row.state, row.outcome, row.provider_ref) == ("sent", "configured to hang", None)
    assert (challenge.step, challenge.undeliverable) == (0, False)
    assert row.sent_at is not None
    assert challenge.due_at == row.sent_at + WITHOUT_RECEIPTS
    event = Event.objects.get(kind="challenge.sent")
    assert json.loads(event.body)["data"]["perhaps"] is True
    assert who.answer(challenge, SENT[-1].code.digits).__class__.__name__ == "Verified"


def test_when_it_did_not_arrive_in_time_the_next_channel_is_taken(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="unanswered", whatsapp="delivered")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.due_at is not None
    assert sweep(now=challenge.due_at - timedelta(seconds=1)).fell_back == 0
    assert sweep(now=challenge.due_at).fell_back == 1
    send_queued()
    assert [m.channel for m in SENT] == ["sms", "whatsapp"]
    assert SENT[0].code == SENT[1].code


def test_a_last_channel_that_did_not_answer_is_not_given_up(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="unanswered")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert (challenge.due_at, challenge.undeliverable) == (None, False)


def test_a_vendor_that_sends_receipts_but_did_not_answer_is_given_its_usual_time(
    settings: Any,
) -> None:
    settings.OTPGUARD = providers(sms="unanswered", whatsapp="delivered")
    settings.OTPGUARD["PROVIDERS"]["sms"]["OPTIONS"]["receipts"] = True
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    row = Delivery.objects.get()
    assert row.sent_at is not None
    assert challenge.due_at == row.sent_at + timedelta(seconds=challenge.fallback_seconds)


def test_a_vendors_own_code_that_is_perhaps_on_its_way_is_not_waited_for(settings: Any) -> None:
    """Nobody could check it: there is nothing to call it by."""
    with vendor(BirdVerify()) as server:
        server.mood = "drop"
        settings.OTPGUARD = with_bird(server.url)
        challenge = stopped().start()
        send_queued()
    challenge.refresh_from_db()
    assert Delivery.objects.get().state == "failed"
    assert challenge.undeliverable


def test_the_last_route_of_the_plan_sets_no_timer(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted")
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.due_at is None


def test_a_delivered_message_sets_no_timer() -> None:
    challenge = stopped().start()
    send_queued()
    challenge.refresh_from_db()
    assert challenge.due_at is None


def test_a_provider_that_was_removed_meanwhile_is_a_failed_route(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="delivered", whatsapp="delivered")
    stopped().start()
    settings.OTPGUARD = providers(whatsapp="delivered")
    send_queued()
    assert [m.channel for m in SENT] == ["whatsapp"]


def test_an_emailed_code_goes_to_the_persons_email(settings: Any) -> None:
    settings.OTPGUARD = providers(email="delivered")
    who = stopped()
    who.start()
    send_queued()
    assert SENT[-1].to == who.member.user.email
    assert SENT[-1].subject
    assert SENT[-1].code.digits not in SENT[-1].subject


def test_whoever_changed_the_email_does_not_get_the_code(settings: Any) -> None:
    """E-mail is the e-mail address of the day the factor was bound, before the send and at it."""
    settings.OTPGUARD = providers(sms="refused", email="delivered")
    who = stopped()
    challenge = who.start()
    who.member.user.email = "thief@example.net"
    who.member.user.save()
    send_queued()
    challenge.refresh_from_db()
    assert not SENT
    assert challenge.undeliverable
    again = who.start(email="thief@example.net")
    assert [route["channel"] for route in again.plan] == ["sms"]


def test_a_route_that_rests_by_then_gives_way_at_once(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="delivered", whatsapp="delivered")
    challenge = stopped().start()
    route_key = RouteKey(provider="sms", channel="sms", country="US")
    count_try(route_key, Tried(failed=True, fatal=True), now=timezone.now())
    send_queued()
    challenge.refresh_from_db()
    assert [m.channel for m in SENT] == ["whatsapp"]
    assert challenge.plan[1]["unasked"] is True


def test_a_number_that_was_never_proven_costs_one_further_message(settings: Any) -> None:
    """A5: and no call."""
    settings.OTPGUARD = providers(sms="refused", whatsapp="refused", voice="delivered")
    challenge = stopped().start()
    factories.age(challenge, enrolls=True)
    send_queued()
    challenge.refresh_from_db()
    assert SENT == []
    assert challenge.undeliverable
    assert [step["channel"] for step in challenge.plan] == ["sms", "whatsapp", "voice"]
    assert challenge.sends == 2


def test_a_person_may_still_press_for_the_call(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="refused", voice="delivered")
    who = stopped()
    challenge = who.start()
    factories.age(challenge, enrolls=True)
    send_queued()
    assert SENT == []
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=True)
    send_queued()
    assert [m.channel for m in SENT] == ["voice"]


def test_a_message_before_its_turn_goes_back_to_the_queue_for_a_second() -> None:
    stopped().start()
    now = timezone.now()
    campaign(now + timedelta(seconds=5))
    pk = str(Delivery.objects.get().pk)
    assert deliver_code(delivery_id=pk, now=now) is None
    row = Delivery.objects.get()
    assert (row.state, row.lease_until) == ("queued", now + timedelta(seconds=1))
    assert not SENT
    assert isinstance(deliver_code(delivery_id=pk, now=now + timedelta(seconds=5)), Accepted)


def test_a_message_that_waits_longer_than_the_fallback_takes_another_way() -> None:
    stopped().start()
    now = timezone.now() + timedelta(seconds=9)
    campaign(now + timedelta(seconds=5))
    deliver_code(delivery_id=str(Delivery.objects.get().pk), now=now)
    assert list(Delivery.objects.order_by("step").values_list("channel", "state")) == [
        ("sms", "failed"),
        ("whatsapp", "queued"),
    ]


def campaign(next_at: datetime) -> None:
    TenDlcRegistration.objects.create(
        provider="memory", brand="Acme", status="approved", next_at=next_at
    )


class Boastful(Memory):
    """Names a reference that no database can hold."""

    def send(self, message: OutboundMessage) -> Outcome:
        super().send(message)
        return Accepted(reference="\0")


def test_what_left_and_cannot_be_recorded_is_not_sent_again_and_still_falls_back(
    settings: Any,
) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="delivered")
    settings.OTPGUARD["PROVIDERS"]["sms"]["BACKEND"] = f"{__name__}.Boastful"
    challenge = stopped().start()
    pk = str(challenge.deliveries.get().pk)
    with pytest.raises((ValueError, DatabaseError)):
        deliver_code(delivery_id=pk, now=timezone.now())
    assert challenge.deliveries.get().state == "sent"
    assert deliver_code(delivery_id=pk, now=timezone.now() + 2 * LEASE) is None
    challenge.refresh_from_db()
    assert challenge.due_at is not None
    assert len(SENT) == 1

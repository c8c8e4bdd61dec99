"""Failed steps give way to the next ones, many at a time and each as if it were alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.fallback import MAX_SENDS
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.fallback import Fallen, fall_back, following_of
from otpguard.models import Challenge, Delivery, Event
from otpguard.testing import send_queued
from tests.flows.delivery.setting import providers
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _routes(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted", voice="accepted")


def failed(number: int = 1) -> list[Challenge]:
    """So many challenges whose first step was sent."""
    challenges = [stopped().start() for _ in range(number)]
    send_queued()
    for challenge in challenges:
        challenge.refresh_from_db()
    return challenges


def fall(*challenges: Challenge, final: bool = False) -> int:
    fallen = [Fallen(challenge=each, reason="late", final=final) for each in challenges]
    with transaction.atomic():
        return fall_back(fallen, now=timezone.now())


def told(kind: str) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in Event.objects.filter(kind=kind).order_by("pk")]


def test_each_takes_the_next_step_of_its_plan_and_says_so() -> None:
    challenges = failed(3)
    assert fall(*challenges) == 3
    for challenge in challenges:
        known = Challenge.objects.get(pk=challenge.pk)
        assert (known.step, known.sends, known.due_at) == (1, 2, None)
        assert (challenge.step, challenge.sends, challenge.due_at) == (1, 2, None)
        assert known.plan == challenge.plan
        assert known.plan[1]["unasked"] is True
    assert set(Delivery.objects.filter(step=1).values_list("channel", flat=True)) == {"whatsapp"}
    events = told("challenge.fell_back")
    assert {event["story"] for event in events} == {str(each.story) for each in challenges}
    assert [event["data"]["following"] for event in events] == ["whatsapp"] * 3
    send_queued()
    assert len(SENT) == 6


def test_plans_that_differ_stay_apart() -> None:
    first, second = failed(2)
    Challenge.objects.filter(pk=second.pk).update(plan=[second.plan[0], second.plan[2]])
    second.refresh_from_db()
    assert fall(first, second) == 2
    channels = {row.challenge_id: row.channel for row in Delivery.objects.filter(step=1)}
    assert channels == {first.pk: "whatsapp", second.pk: "voice"}


def test_those_without_a_next_step_are_given_up_beside_those_that_have_one() -> None:
    first, last = failed(2)
    Challenge.objects.filter(pk=last.pk).update(plan=last.plan[:1])
    last.refresh_from_db()
    assert fall(first, last) == 1
    last.refresh_from_db()
    assert last.undeliverable
    assert last.due_at is None
    [event] = told("challenge.undeliverable")
    assert event["story"] == str(last.story)


def test_what_is_final_is_given_up_though_there_is_a_next_step() -> None:
    [challenge] = failed()
    assert following_of(challenge) == 1
    assert fall(challenge, final=True) == 0
    assert challenge.undeliverable
    assert not Delivery.objects.filter(step=1).exists()


def test_an_unproven_number_gets_one_paid_step_and_no_call() -> None:
    [challenge] = failed()
    Challenge.objects.update(enrolls=True)
    challenge.refresh_from_db()
    assert fall(challenge) == 1
    assert fall(challenge) == 0
    assert challenge.undeliverable


def test_where_a_vendor_spoke_of_fraud_by_whichever_step_nothing_follows() -> None:
    [challenge] = failed()
    assert fall(challenge) == 1
    Delivery.objects.filter(step=0).update(state="failed", failure="fraud_blocked")
    assert fall(challenge) == 0
    assert challenge.undeliverable
    [event] = told("challenge.undeliverable")
    assert "fraud" in event["data"]["reason"]


def test_a_code_that_has_arrived_is_followed_by_no_other() -> None:
    [challenge] = failed()
    Delivery.objects.update(state="delivered")
    assert fall(challenge) == 0
    assert not challenge.undeliverable
    assert challenge.due_at is None
    challenge.refresh_from_db()
    assert challenge.due_at is None


def test_who_asks_for_another_way_does_not_have_what_the_vendor_calls_delivered() -> None:
    who = stopped()
    challenge = who.start()
    send_queued()
    Delivery.objects.update(state="delivered")
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=True)
    send_queued()
    challenge.refresh_from_db()
    assert fall(challenge) == 1
    assert challenge.plan[challenge.step]["channel"] == "voice"


def test_an_older_code_that_has_arrived_does_not_count() -> None:
    [challenge] = failed()
    Delivery.objects.update(state="delivered", generation=0)
    Challenge.objects.update(generation=1)
    challenge.refresh_from_db()
    assert fall(challenge) == 1


def test_when_all_sends_are_used_up_nothing_follows_unasked() -> None:
    [challenge] = failed()
    Challenge.objects.update(sends=MAX_SENDS)
    challenge.refresh_from_db()
    assert fall(challenge) == 0
    assert challenge.undeliverable


def test_nothing_is_written_for_nobody() -> None:
    with CaptureQueriesContext(connection) as seen:
        assert fall() == 0
    assert [query["sql"] for query in seen if "otpguard" in query["sql"]] == []


def test_a_hundred_take_no_more_statements_than_one() -> None:
    with CaptureQueriesContext(connection) as alone:
        fall(*failed())
    before = len(alone)
    with CaptureQueriesContext(connection) as many:
        challenges = failed(5)
        written = len(many)
        fall(*challenges)
    assert len(many) - written <= before

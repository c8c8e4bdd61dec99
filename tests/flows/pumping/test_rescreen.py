"""A block that comes after the first message stops the rest, for unproven numbers alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.fallback import Fallen, fall_back
from otpguard.flows.pumping.rescreen import rescreen
from otpguard.models import Challenge, Delivery, Event, PumpingDecision
from otpguard.testing import send_queued
from tests.flows.delivery.setting import providers
from tests.flows.number.visitor import Visitor, visitor
from tests.flows.pumping.layers import ASKS, BLOCKED, LOCKED, finding
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _routes(settings: Any) -> None:
    settings.OTPGUARD = providers(sms="accepted", whatsapp="accepted")


def resend(who: Visitor, challenge: Challenge) -> Challenge:
    facts = who.facts
    return resend_code(facts=facts, challenge_id=challenge.pk, another_way=True)


def fall(*challenges: Challenge) -> int:
    fallen = [Fallen(challenge=each, reason="late") for each in challenges]
    with transaction.atomic():
        return fall_back(fallen, now=timezone.now())


def test_a_resend_is_refused_once_its_range_is_blocked_and_says_so_in_the_record() -> None:
    who = visitor()
    challenge = who.start()
    with finding(BLOCKED), pytest.raises(StartRefused) as refused:
        resend(who, challenge)
    assert refused.value.reason is StartReason.ANOTHER_WAY
    assert Delivery.objects.count() == 1
    assert PumpingDecision.objects.filter(action="another_way", reason="prefix").count() == 1


def test_without_a_block_it_is_sent_and_no_proof_of_work_is_asked_for_again() -> None:
    who = visitor()
    challenge = who.start()
    with finding(ASKS):
        assert resend(who, challenge).step == 1
    assert Delivery.objects.count() == 2


def test_a_fallback_stops_for_unproven_numbers_and_goes_on_for_owners() -> None:
    unproven, owned = visitor().start(), stopped().start()
    send_queued()
    for each in (unproven, owned):
        each.refresh_from_db()
    with finding(LOCKED):
        assert fall(unproven, owned) == 1
    assert set(Delivery.objects.filter(step=1).values_list("challenge", flat=True)) == {owned.pk}
    assert "another_way" in Event.objects.get(kind="challenge.undeliverable").body
    assert PumpingDecision.objects.get(action="refuse").reason == "lock_down"


def test_a_further_message_counts_in_the_lane_of_the_first() -> None:
    who = visitor()
    who.prove("+12015550124")
    challenge = who.start()
    seen: list[Attempt] = []
    with finding(seen=seen):
        rescreen([(challenge, 1)], now=timezone.now())
    assert [each.lane for each in seen] == [SpendLane.KNOWN]


def test_many_cost_as_many_statements_as_one() -> None:
    made = [visitor().start(f"+1201555{n:04}") for n in range(100, 106)]
    counts = []
    for some in (made[:1], made):
        with finding(), CaptureQueriesContext(connection) as statements:
            rescreen([(each, 1) for each in some], now=timezone.now())
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 2


def test_free_channels_and_proven_numbers_are_not_asked_about() -> None:
    challenge = visitor().start()
    challenge.plan = [*challenge.plan, {"channel": "email", "provider": "e"}]
    with finding(LOCKED), CaptureQueriesContext(connection) as statements:
        assert rescreen([(challenge, len(challenge.plan) - 1)], now=timezone.now()) == {}
        challenge.enrolls = False
        assert rescreen([(challenge, 0)], now=timezone.now()) == {}
    assert len(statements) == 0

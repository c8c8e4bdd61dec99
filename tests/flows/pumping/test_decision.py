"""One record a send to an unproven number, and one a refusal, with all that the layers found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.pumping.record import signals_from_json
from otpguard.core.pumping.verdict import Layer
from otpguard.core.reasons import StartReason
from otpguard.core.uuid7 import time_of
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.pumping.decision import (
    Screened,
    record_refusals,
    record_send,
    recording_refusals,
)
from otpguard.flows.pumping.screen import screen
from otpguard.models import Challenge, Delivery, Factor, PumpingDecision
from otpguard.vault import blind_indexes
from tests.flows.number.visitor import NUMBER, visitor
from tests.flows.pumping.layers import ASKS, BLOCKED, finding
from tests.flows.pumping.values import attempt
from tests.flows.setting import stopped
from tests.models.rows import anonymous
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db(transaction=True)


def screened(**fields: Any) -> Screened:
    made = attempt(**fields)
    return Screened(attempt=made, verdict=screen(made))


def test_a_visitors_send_is_recorded_with_its_challenge() -> None:
    challenge = visitor(client_ip="203.0.113.7").start()
    row = PumpingDecision.objects.select_related("challenge").get()
    assert (row.action, row.challenge, row.source) == ("send", challenge, "signup")
    assert (row.layer, row.reason, row.lane) == ("", "", "stranger")
    assert (row.prefix, row.country, row.channel) == ("+1201555", "US", "sms")
    assert row.phone_index == blind_indexes(NUMBER)[0]
    assert row.client_ip.reveal() == "203.0.113.7"
    assert NUMBER not in row.number.token


def test_a_refusal_is_recorded_with_every_finding_and_nothing_is_sent() -> None:
    with finding(ASKS, BLOCKED), pytest.raises(StartRefused) as refused:
        visitor().start()
    assert refused.value.reason is StartReason.ANOTHER_WAY
    row = PumpingDecision.objects.get()
    assert (row.action, row.layer, row.reason) == ("another_way", "reputation", "prefix")
    assert signals_from_json(row.signals) == (ASKS, BLOCKED)
    assert row.challenge is None
    assert not Challenge.objects.exists()
    assert not Delivery.objects.exists()


def test_a_full_cap_is_a_refusal_of_the_velocity_layer() -> None:
    who = visitor()
    for _ in range(3):
        who.start()
    with pytest.raises(StartRefused):
        who.start()
    row = PumpingDecision.objects.exclude(action="send").get()
    assert (row.layer, row.action) == (Layer.VELOCITY.value, "refuse")
    assert row.reason in {"number", "browser"}


def test_a_refusal_that_is_not_the_defenses_leaves_no_record() -> None:
    with pytest.raises(StartRefused), recording_refusals(screened()):
        raise StartRefused(StartReason.NO_ROUTE)
    assert not PumpingDecision.objects.exists()


def test_a_layer_that_only_records_is_recorded_with_the_send() -> None:
    only = {"PUMPING": {"RECORD_ONLY": ["reputation"]}}
    with finding(BLOCKED), override_settings(OTPGUARD=only):
        visitor().start()
    row = PumpingDecision.objects.get()
    assert row.action == "send"
    assert signals_from_json(row.signals) == (BLOCKED,)


def test_an_enrollment_is_screened_and_recorded() -> None:
    who = stopped()
    Factor.objects.all().delete()
    facts = replace(who.facts, authenticated_at=timezone.now())
    asked: dict[str, Any] = {"facts": facts, "ask": who.ask, "kind": "phone"}
    with finding(BLOCKED), pytest.raises(StartRefused):
        enroll_factor(**asked, given={"number": attempt().number})
    challenge = enroll_factor(**asked, given={"number": attempt().number})
    refused = PumpingDecision.objects.exclude(action="send").get()
    sent = PumpingDecision.objects.get(action="send")
    assert (refused.action, refused.user) == ("another_way", who.member.user)
    assert (sent.action, sent.challenge_id) == ("send", challenge.pk)


def test_a_confirmed_factor_of_its_owner_leaves_no_record() -> None:
    with finding(BLOCKED):
        stopped().start()
    assert not PumpingDecision.objects.exists()


def test_repeats_within_a_minute_are_one_row_and_their_count_goes_to_the_next() -> None:
    now = timezone.now()
    with finding(BLOCKED):
        for seconds in (0, 1, 2, 61):
            each = screened(now=now + timedelta(seconds=seconds))
            record_refusals([(each, BLOCKED)])
        record_refusals([(screened(phone_index="another", now=now), BLOCKED)])
    found = PumpingDecision.objects.values_list("repeats", flat=True)
    assert sorted(found) == [1, 1, 3]


def test_many_refusals_are_one_statement() -> None:
    with finding(BLOCKED):
        many = [(screened(phone_index=f"i{n}"), BLOCKED) for n in range(20)]
        with CaptureQueriesContext(connection) as statements:
            record_refusals(many)
    assert sum("INSERT" in each["sql"] for each in statements) == 1
    assert PumpingDecision.objects.count() == 20


def test_a_record_has_the_time_of_the_send_in_its_key() -> None:
    at = timezone.now() - timedelta(days=3)
    record_send(screened(now=at), anonymous(NUMBER))
    row = PumpingDecision.objects.get()
    assert abs(time_of(row.pk) - at) < timedelta(seconds=1)


def test_other_rules_leave_another_fingerprint() -> None:
    record_send(screened(), anonymous(NUMBER))
    with override_settings(OTPGUARD={"PUMPING": {"RECORD_ONLY": ["bot"]}}):
        record_send(screened(), anonymous(NUMBER, browser="c"))
    with override_settings(OTPGUARD={"MONEY": {"HOUR_SHARE": 50}}):
        record_send(screened(), anonymous(NUMBER, browser="d"))
    assert len(set(PumpingDecision.objects.values_list("rules", flat=True))) == len("abc")


def test_a_start_that_is_rolled_back_leaves_no_record() -> None:
    with transaction.atomic():
        visitor().start()
        transaction.set_rollback(True)
    assert not PumpingDecision.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="stops the writes of a server")
def test_without_its_record_nothing_is_sent() -> None:
    who = visitor()
    with read_only_store(), pytest.raises(StoreUnavailable):
        who.start()
    assert not Challenge.objects.exists()

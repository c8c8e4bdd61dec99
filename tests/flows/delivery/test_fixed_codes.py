"""A test number gets no message and has a fixed code; everything else is as for any number."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.challenge import DeliveryState
from otpguard.core.codes import CODE_DIGITS, Code
from otpguard.core.fallback import length_of
from otpguard.core.limits import CapName
from otpguard.core.reasons import AnswerReason
from otpguard.core.route import TEST_ROUTE
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.fixed_codes import (
    fixed_code,
    is_test,
    is_test_delivery,
    planned_for,
)
from otpguard.flows.delivery.message import code_of
from otpguard.flows.notice.notify import notify
from otpguard.models import Challenge, Event, Notice, Usage
from otpguard.notices.kinds import NoticeKind
from otpguard.testing import send_notices, send_queued
from tests import factories
from tests.flows.delivery.setting import providers
from tests.flows.setting import Stopped, stopped, wrong

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER, CODE = "+12015550123", "424242"


@pytest.fixture(autouse=True)
def _numbers(settings: Any) -> None:
    routes = providers(sms="accepted", whatsapp="accepted", email="accepted")
    settings.OTPGUARD = {**routes, "TEST_NUMBERS": {NUMBER: CODE}}


def with_number(number: str = NUMBER) -> Stopped:
    who = stopped()
    return replace(who, factor=factories.phone_factor(who.member.user, number))


def data(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Event.objects.filter(kind=kind).latest("pk").body)["data"]
    return found


def sent(who: Stopped) -> Challenge:
    challenge = who.start()
    send_queued()
    challenge.refresh_from_db()
    return challenge


def test_nothing_is_sent_and_the_row_is_delivered_at_no_cost() -> None:
    challenge = sent(with_number())
    row = challenge.deliveries.get()
    assert SENT == []
    assert (row.state, row.provider, row.cost_micros) == (DeliveryState.DELIVERED, TEST_ROUTE, 0)
    assert is_test_delivery(row)
    assert [step["channel"] for step in challenge.plan] == ["sms", "whatsapp", "email"]
    assert {step["provider"] for step in challenge.plan} == {TEST_ROUTE}


def test_its_fixed_code_is_right_and_no_other_is() -> None:
    who = with_number()
    challenge = sent(who)
    assert fixed_code(challenge) == Code(CODE) == code_of(challenge)
    refused = who.answer(challenge, wrong(CODE))
    assert isinstance(refused, Rejected)
    assert refused.reason is AnswerReason.WRONG
    assert isinstance(who.answer(challenge, CODE), Verified)


def test_the_log_marks_start_sending_and_proof() -> None:
    who = with_number()
    challenge = sent(who)
    who.answer(challenge, CODE)
    assert data("challenge.started")["test_number"] is True
    assert data("challenge.sent")["provider"] == TEST_ROUTE
    assert data("challenge.verified")["test_number"] is True


def test_any_other_number_has_no_fixed_code_and_no_mark() -> None:
    who = with_number("+12015550199")
    challenge = sent(who)
    assert (is_test(challenge), fixed_code(challenge), len(SENT)) == (False, None, 1)
    assert isinstance(who.answer(challenge, CODE), Rejected)
    assert isinstance(who.answer(challenge, SENT[-1].code.digits), Verified)
    assert data("challenge.started")["test_number"] is False
    assert data("challenge.verified")["test_number"] is False


def test_its_tries_and_caps_count_as_for_any_number() -> None:
    who = with_number()
    for _ in range(10):
        challenge = sent(who)
    assert Usage.objects.filter(cap=CapName.FACTOR.value).count() == 10
    with pytest.raises(StartRefused, match="cap_factor"):
        who.start()
    for _ in range(5):
        refused = who.answer(challenge, wrong(CODE))
    assert isinstance(refused, Rejected)
    assert refused.attempts_left == 0
    assert isinstance(who.answer(challenge, CODE), Rejected)


def test_no_step_of_its_plan_leaves_not_even_by_email() -> None:
    who = with_number()
    challenge = sent(who)
    for minutes in range(1, 5):
        facts = replace(who.facts, now=timezone.now() + timedelta(minutes=minutes))
        resend_code(facts=facts, challenge_id=challenge.pk, another_way=True)
        send_queued()
    assert set(challenge.deliveries.values_list("channel", flat=True)) >= {"sms", "email"}
    assert SENT == []


def test_what_the_vendor_would_have_made_is_ours() -> None:
    factor = with_number().factor
    step = {"channel": "sms", "provider": "acme", "remote": True, "receipts": True, "length": 4}
    [planned] = planned_for(factor, [step])
    assert length_of(planned) == CODE_DIGITS, "the page asks for so many digits"
    assert (planned["remote"], planned["receipts"]) == (False, False)


def test_a_number_taken_out_of_the_setting_is_answered_by_nothing(settings: Any) -> None:
    who = with_number()
    challenge = who.start()
    settings.OTPGUARD = {**settings.OTPGUARD, "TEST_NUMBERS": {}}
    send_queued()
    assert SENT == []
    assert isinstance(who.answer(challenge, CODE), Rejected)


def test_a_notice_to_it_is_not_sent_and_marked() -> None:
    person = factories.user()
    notify(
        facts=factories.facts(person, host="acme.example"),
        kind=NoticeKind.FACTOR_CHANGED,
        user_id=str(person.pk),
        also_to_number=NUMBER,
    )
    send_notices()
    assert [message.channel for message in SENT] == ["email"]
    row = Notice.objects.get(channel="sms")
    assert (row.state, row.outcome) == (Notice.State.SENT, TEST_ROUTE)
    marks = {
        each["channel"]: each["test_number"]
        for body in Event.objects.filter(kind="notice.sent").values_list("body", flat=True)
        for each in [json.loads(body)["data"]]
    }
    assert marks == {"email": False, "sms": True}

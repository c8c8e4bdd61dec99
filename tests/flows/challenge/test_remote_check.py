"""A vendor's own code is checked with the vendor, and proves once what it was sent for (C14)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from threading import Event as Signal
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.channels.success_counter import EVERY
from otpguard.core.reasons import AnswerReason
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.message import code_of
from otpguard.models import Challenge, Delivery, Event, FactorLane, Grant, RouteHealth
from otpguard.testing import send_queued, story_of
from otpguard.testing.racing import race
from otpguard.testing.vendor_server import Mood, Received, Reply, Vendor, vendor
from tests.flows.remote import with_bird
from tests.flows.setting import Stopped, stopped
from tests.vendors.bird import RIGHT, BirdVerify, reference

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(BirdVerify()) as running:
        yield running


@pytest.fixture
def who(settings: Any, server: Vendor) -> Stopped:
    settings.OTPGUARD = with_bird(server.url)
    return stopped()


@pytest.fixture
def challenge(who: Stopped) -> Challenge:
    started = who.start()
    send_queued()
    started.refresh_from_db()
    return started


def checks(server: Vendor) -> list[Received]:
    return [each for each in server.received if each.path.endswith("/check")]


def failures() -> int:
    return sum(FactorLane.objects.values_list("failures", flat=True))


def test_the_vendors_code_verifies_and_grants(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    row = Delivery.objects.get()
    assert (row.remote, row.provider_ref, row.state) == (True, reference(1), "sent")
    result = who.answer(challenge, f" {RIGHT[:3]}-{RIGHT[3:]} ")
    assert isinstance(result, Verified)
    assert result.grant is not None
    assert result.grant.facts["method"] == "sms"
    assert len(checks(server)) == 1
    assert story_of(who.ask.story)[-2:] == ["challenge.verified", "grant.issued"]
    assert who.answer(challenge, RIGHT) == Rejected(reason=AnswerReason.USED)
    assert len(checks(server)) == 1


def test_no_code_of_ours_leaves_the_house_or_is_accepted(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    ours = code_of(challenge).digits
    assert not SENT
    assert all(ours.encode() not in each.body for each in server.received)
    result = who.answer(challenge, ours)
    assert result == Rejected(reason=AnswerReason.WRONG, attempts_left=4)
    assert failures() == 1


@pytest.mark.parametrize("rubbish", ["", "12a456", "1" * 17, "123", "'; --", "+"])
def test_what_can_be_no_code_is_wrong_without_asking(
    who: Stopped, challenge: Challenge, server: Vendor, rubbish: str
) -> None:
    assert who.answer(challenge, rubbish) == Rejected(reason=AnswerReason.WRONG, attempts_left=4)
    assert checks(server) == []


@pytest.mark.parametrize("mood", ["drop", "hang"])
def test_a_vendor_that_does_not_answer_costs_the_try_and_proves_nothing(
    who: Stopped, challenge: Challenge, server: Vendor, mood: Mood
) -> None:
    server.mood = mood
    assert who.answer(challenge, RIGHT) == Rejected(
        reason=AnswerReason.UNAVAILABLE, attempts_left=4
    )
    assert failures() == 0, "nothing was compared"
    assert not Grant.objects.exists()
    server.mood = "answer"
    assert isinstance(who.answer(challenge, RIGHT), Verified)
    challenge.refresh_from_db()
    assert challenge.attempts == 2


def test_a_vendor_that_never_answers_gets_no_more_than_the_allowed_tries(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    server.reply = Reply(500)
    reasons = [who.answer(challenge, RIGHT) for _ in range(7)]
    assert [each.reason for each in reasons if isinstance(each, Rejected)] == [
        *["unavailable"] * 4,
        *["exhausted"] * 3,
    ]
    assert len(checks(server)) == 5
    challenge.refresh_from_db()
    assert challenge.state == "exhausted"


def test_a_vendor_that_takes_no_more_asks_for_a_new_code(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    server.reply = Reply(200, {"success": False, "reason": "attempts_exhausted"})
    assert who.answer(challenge, "000000") == Rejected(
        reason=AnswerReason.TRIES_USED, attempts_left=4
    )
    assert failures() == 1, "a guess counts unless it certainly was none"


def test_a_code_that_is_gone_is_replaced_and_the_tries_go_on(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    server.reply = Reply(404)
    assert who.answer(challenge, RIGHT) == Rejected(reason=AnswerReason.GONE, attempts_left=4)
    assert failures() == 0
    server.reply = None
    rule = server.rule
    assert isinstance(rule, BirdVerify)
    rule.open.clear()
    Challenge.objects.update(undeliverable=True)
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=False)
    send_queued()
    assert [row.provider_ref for row in Delivery.objects.order_by("step")] == [
        reference(1),
        reference(2),
    ]
    assert isinstance(who.answer(challenge, RIGHT), Verified)
    challenge.refresh_from_db()
    assert challenge.attempts == 2


def test_a_resend_that_the_vendor_takes_as_the_same_is_known_by_the_newest_row(
    who: Stopped, challenge: Challenge
) -> None:
    Challenge.objects.update(undeliverable=True)
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=False)
    send_queued()
    rows = Delivery.objects.order_by("step")
    assert [row.provider_ref for row in rows] == [None, reference(1)]
    assert isinstance(who.answer(challenge, RIGHT), Verified)


def test_the_code_of_one_action_does_not_prove_another(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    """One number has one verification at this vendor: the newest challenge has it."""
    other = stopped("data_export")
    other.factor.secret = who.factor.secret
    other.factor.save()
    second = other.start()
    send_queued()
    assert who.answer(challenge, RIGHT) == Rejected(reason=AnswerReason.GONE, attempts_left=4)
    assert checks(server) == []
    assert isinstance(other.answer(second, RIGHT), Verified)


def test_an_unsent_code_is_not_asked_about(who: Stopped, server: Vendor) -> None:
    assert who.answer(who.start(), RIGHT) == Rejected(reason=AnswerReason.GONE, attempts_left=4)
    assert server.received == []


def test_the_try_is_counted_and_no_row_is_locked_while_the_vendor_is_asked(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    seen: list[int] = []
    usual = server.rule

    def look(received: Received) -> Reply:
        try:
            with transaction.atomic():
                rows = Challenge.objects.select_for_update(nowait=True)
                seen.append(rows.get(pk=challenge.pk).attempts)
        finally:
            connection.close()
        return usual(received)

    server.rule = look
    assert isinstance(who.answer(challenge, RIGHT), Verified)
    assert seen == [1]


def test_of_16_answers_at_once_one_wins_and_the_vendor_is_asked_five_times_at_most(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    never = Signal()

    def slow(received: Received) -> Reply:
        never.wait(0.2)
        verification = {"id": reference(1)}
        return Reply(200, {"success": True, "reason": None, "verification": verification})

    server.rule = slow
    results = race(lambda: who.answer(challenge, RIGHT), threads=16)
    assert sum(isinstance(result, Verified) for result in results) == 1
    assert 1 <= len(checks(server)) <= 5
    assert Grant.objects.count() == 1
    challenge.refresh_from_db()
    assert challenge.attempts <= 5
    assert challenge.state == "verified"


def test_of_16_wrong_answers_at_once_the_vendor_sees_five(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    results = race(lambda: who.answer(challenge, "000000"), threads=16)
    assert not any(isinstance(result, Verified) for result in results)
    assert len(checks(server)) <= 5
    challenge.refresh_from_db()
    assert challenge.attempts <= 5


def test_an_answer_that_was_right_too_late_proves_nothing(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    usual = server.rule

    def cancel_meanwhile(received: Received) -> Reply:
        try:
            Challenge.objects.filter(pk=challenge.pk).update(state="canceled")
        finally:
            connection.close()
        return usual(received)

    server.rule = cancel_meanwhile
    assert who.answer(challenge, RIGHT) == Rejected(reason=AnswerReason.CANCELED)
    assert not Grant.objects.exists()


def test_the_typed_code_is_never_logged(
    who: Stopped, challenge: Challenge, server: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        server.mood = "drop"
        who.answer(challenge, RIGHT)
        server.mood = "answer"
        who.answer(challenge, RIGHT)
    assert "far could not check a code: unknown_outcome" in caplog.text
    assert RIGHT not in caplog.text


def test_a_provider_that_is_gone_or_another_cannot_check(
    who: Stopped, challenge: Challenge, settings: Any
) -> None:
    memory = {"BACKEND": "otpguard.channels.providers.memory.Memory"}
    settings.OTPGUARD = {"PROVIDERS": {"far": memory}}
    assert who.answer(challenge, RIGHT) == Rejected(
        reason=AnswerReason.UNAVAILABLE, attempts_left=4
    )
    settings.OTPGUARD = {"PROVIDERS": {"other": memory}}
    assert who.answer(challenge, RIGHT) == Rejected(
        reason=AnswerReason.UNAVAILABLE, attempts_left=3
    )


def test_a_route_that_changed_its_kind_is_not_sent_over(who: Stopped, settings: Any) -> None:
    who.start()
    settings.OTPGUARD = {
        "PROVIDERS": {"far": {"BACKEND": "otpguard.channels.providers.memory.Memory"}}
    }
    send_queued()
    assert not SENT
    assert Delivery.objects.get().state == "failed"


def test_ours_is_compared_first_where_one_was_sent(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    Delivery.objects.create(
        challenge=challenge, step=1, channel="sms", provider="memory", state="sent"
    )
    assert who.answer(challenge, "000000") == Rejected(reason=AnswerReason.WRONG, attempts_left=4)
    assert len(checks(server)) == 1
    assert isinstance(who.answer(challenge, code_of(challenge).digits), Verified)
    assert len(checks(server)) == 1


def test_whoever_changed_the_email_does_not_answer_for_the_old_one(
    settings: Any, server: Vendor
) -> None:
    settings.OTPGUARD = with_bird(server.url, "email")
    who = stopped()
    challenge = who.start()
    send_queued()
    who.member.user.email = "thief@example.net"
    who.member.user.save()
    assert who.answer(challenge, RIGHT) == Rejected(reason=AnswerReason.GONE, attempts_left=4)
    assert checks(server) == []


# --- what it says about the route ----------------------------------------------------------------


def health() -> RouteHealth:
    return RouteHealth.objects.get(provider="far", country="US")


def test_a_wrong_code_is_no_fault_of_the_route(
    who: Stopped, challenge: Challenge, server: Vendor
) -> None:
    later = timezone.now() + EVERY
    tries = health().tries
    who.answer(challenge, "000000", now=later)
    assert (health().tries, health().failures) == (tries + 1, 0)


@pytest.mark.parametrize("mood", ["drop", "hang"])
def test_a_vendor_that_does_not_answer_a_check_counts_against_its_route(
    who: Stopped, challenge: Challenge, server: Vendor, mood: Mood
) -> None:
    server.mood = mood
    who.answer(challenge, RIGHT)
    assert health().failures == 1


@pytest.mark.parametrize("status", [401, 402])
def test_a_vendor_that_refuses_us_pauses_its_route_and_calls_an_operator(
    who: Stopped, challenge: Challenge, server: Vendor, status: int
) -> None:
    server.reply = Reply(status)
    who.answer(challenge, RIGHT)
    who.answer(challenge, RIGHT)
    assert health().state == "paused"
    assert Event.objects.filter(kind="provider.alarmed").count() == 1


def test_what_was_never_asked_of_a_vendor_says_nothing_about_it(
    who: Stopped, challenge: Challenge, settings: Any
) -> None:
    tries = health().tries
    settings.OTPGUARD = {
        "PROVIDERS": {"far": {"BACKEND": "otpguard.channels.providers.memory.Memory"}}
    }
    who.answer(challenge, RIGHT)
    who.answer(challenge, "")
    assert (health().tries, health().failures) == (tries, 0)


def test_a_right_code_counts_while_what_was_heard_cannot_be_stored(
    who: Stopped, challenge: Challenge, server: Vendor, caplog: pytest.LogCaptureFixture
) -> None:
    def away(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        if "otpguard_routehealth" in sql:
            raise OperationalError("the store is down")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away):
        assert isinstance(who.answer(challenge, RIGHT), Verified)
    assert "could not be counted" in caplog.text

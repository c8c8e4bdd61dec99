"""A clock ran ahead and was put right: nothing it wrote stays fresh, open or silent (A29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from otpguard.channels.breaker import RouteKey, admit, paused_routes
from otpguard.core.breaker import BreakerState, Health, is_paused
from otpguard.core.limits import Lane
from otpguard.core.outcome import Failure, Unavailable
from otpguard.core.reasons import AnswerReason
from otpguard.factors import lanes
from otpguard.flows.challenge.answer import Rejected
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.factor.enroll import is_fresh
from otpguard.flows.route.alarm import raise_alarm
from otpguard.models import Grant, RouteHealth
from tests import factories
from tests.flows.setting import sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)
JUMP = timedelta(hours=1)


def test_a_login_that_was_recorded_ahead_is_not_fresh() -> None:
    who = stopped()
    assert is_fresh(replace(who.facts, authenticated_at=who.facts.now))
    assert not is_fresh(replace(who.facts, authenticated_at=who.facts.now + JUMP))


def test_a_code_that_was_ordered_ahead_is_not_accepted() -> None:
    who = stopped()
    ahead = replace(who, facts=replace(who.facts, now=who.facts.now + JUMP))
    challenge = ahead.start()
    assert who.answer(challenge, sent_code(challenge)) == Rejected(reason=AnswerReason.EXPIRED)


def test_a_proof_that_was_given_ahead_is_not_among_ones_own() -> None:
    who = stopped()
    factories.grant(who.member.user, who.member.tenant, verified_at=who.facts.now + JUMP)
    assert not Grant.objects.own(who.facts, within=timedelta(minutes=20)).exists()


def test_repeats_of_a_refusal_are_written_again() -> None:
    lately, now = Coalescer(), factories.facts().now
    assert lately.count("kind", story="a", now=now + JUMP) == ("a", 1)
    assert lately.count("kind", story="b", now=now) == ("b", 1)


def test_a_route_that_was_paused_ahead_is_tried_again() -> None:
    now = factories.facts().now
    ahead = Health(state=BreakerState.PAUSED, window_at=now + JUMP, paused_until=now + JUMP)
    assert not is_paused(ahead, now)
    RouteHealth.objects.create(
        provider="sms",
        channel="sms",
        country="US",
        state=RouteHealth.State.PAUSED,
        window_at=now + JUMP,
        paused_until=now + JUMP,
        changed_at=now + JUMP,
    )
    assert not paused_routes(now)
    assert admit(RouteKey(provider="sms", channel="sms", country="US"), now)


def test_an_operator_is_called_although_the_last_call_lies_ahead() -> None:
    now = factories.facts().now
    refused = Unavailable(reason="x", failure=Failure.AUTH_CONFIG)
    assert raise_alarm(provider="sms", failed=refused, now=now + JUMP)
    assert raise_alarm(provider="sms", failed=refused, now=now)
    assert not raise_alarm(provider="sms", failed=refused, now=now)


def test_a_lane_does_not_wait_longer_than_its_longest_wait() -> None:
    who = stopped()
    with transaction.atomic():
        for _ in range(6):
            lanes.reserve(who.factor.pk, Lane.OPEN, now=who.facts.now + 2 * JUMP)
    assert lanes.state_of(who.factor.pk, Lane.OPEN, now=who.facts.now).wait_seconds == 0

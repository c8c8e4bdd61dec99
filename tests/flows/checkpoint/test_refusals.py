"""Refusals are written after the response, each kind under its own event."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core import shipped_kinds
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.decision import Deny, Reason, Refusal, RequireChallenge, RequireEnrollment, Wait
from otpguard.flows.checkpoint.refusals import count_refusal, forget_refusals, record_refusal
from otpguard.models import Challenge, Event
from otpguard.testing import captured_events
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db

TTL = timedelta(minutes=20)
CHALLENGE = RequireChallenge(level=AssuranceLevel.AAL2, reason=Reason.NO_PROOF, ttl=TTL)
ENROLLMENT = RequireEnrollment(
    level=AssuranceLevel.AAL2,
    reason=Reason.NO_FACTOR,
    ttl=TTL,
    kinds=frozenset({shipped_kinds.PASSKEY}),
)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.mark.parametrize(
    ("decision", "carried_out", "kind"),
    [
        (CHALLENGE, True, "checkpoint.required"),
        (ENROLLMENT, True, "checkpoint.required"),
        (Wait(until=timezone.now()), True, "checkpoint.held"),
        (Deny(reason=Reason.NOT_A_MEMBER), True, "checkpoint.denied"),
        (CHALLENGE, False, "checkpoint.reported"),
        (Deny(reason=Reason.STORE_UNAVAILABLE), False, "checkpoint.reported"),
    ],
)
def test_each_refusal_has_its_event(
    who: Stopped, decision: Refusal, carried_out: bool, kind: str
) -> None:
    pending = count_refusal(
        facts=who.facts, decision=decision, ask=who.ask, carried_out=carried_out
    )
    with captured_events() as events:
        record_refusal(pending)
    assert [event["kind"] for event in events] == [kind]
    assert events[0]["story"] == who.ask.story


def test_noting_alone_writes_nothing(who: Stopped) -> None:
    count_refusal(facts=who.facts, decision=CHALLENGE, ask=who.ask)
    assert not Event.objects.exists()


def test_a_repeat_belongs_to_the_story_of_the_first(who: Stopped) -> None:
    first = count_refusal(facts=who.facts, decision=CHALLENGE, ask=who.ask)
    other = stopped().ask
    repeat = count_refusal(
        facts=who.facts,
        decision=CHALLENGE,
        ask=type(who.ask)(**{**_fields(who.ask), "story": other.story}),
    )
    assert repeat.ask.story == first.ask.story
    with captured_events() as events:
        record_refusal(repeat)
    assert events == []


def test_after_the_proof_the_next_refusal_is_a_new_story(who: Stopped) -> None:
    count_refusal(facts=who.facts, decision=CHALLENGE, ask=who.ask)
    forget_refusals(
        Challenge(
            sid=who.facts.sid,
            tenant=who.member.tenant,
            checkpoint=who.ask.checkpoint,
            intent=who.ask.intent,
        )
    )
    assert count_refusal(facts=who.facts, decision=CHALLENGE, ask=who.ask).count == 1


@pytest.mark.django_db(transaction=True)
def test_a_log_that_cannot_be_written_costs_the_event_not_the_refusal(
    caplog: Any,
) -> None:
    who = stopped()
    pending = count_refusal(facts=who.facts, decision=CHALLENGE, ask=who.ask)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_event RENAME TO away")
    try:
        record_refusal(pending)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_event")
    assert "could not be recorded" in caplog.text


def _fields(ask: Any) -> dict[str, Any]:
    return {name: getattr(ask, name) for name in ask.__dataclass_fields__}


def test_however_many_ips_a_stranger_tries_it_is_one_denial(who: Stopped) -> None:
    """A11: nobody fills the log without even being logged in."""
    stranger = replace(who.facts, user="", sid="")
    denial = Deny(reason=Reason.NOT_LOGGED_IN)
    with captured_events() as events:
        for n in range(20):
            facts = replace(stranger, client_ip=f"2001:db8::{n:x}")
            record_refusal(
                count_refusal(facts=facts, decision=denial, ask=replace(who.ask, intent=f"{n}"))
            )
    assert [event["kind"] for event in events] == ["checkpoint.denied"]

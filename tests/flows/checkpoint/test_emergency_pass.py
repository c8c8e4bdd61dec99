"""The guard lets emergency access make up for a missing proof, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Reason
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.guard import IntentSource, Passed, require
from otpguard.flows.release import hold
from otpguard.models import EmergencyAccess, Event, Membership
from tests.flows.emergency.envelopes import prepared

pytestmark = pytest.mark.django_db
SOURCE = IntentSource(shallow=lambda: "s" * 64, full=lambda: "f" * 64)


def ask(by: RequestFacts, checkpoint: str = "api_key") -> Passed:
    return require(facts=by, checkpoint=checkpoint_named(checkpoint), intent=SOURCE)


def refusal(by: RequestFacts, checkpoint: str = "api_key") -> Any:
    with pytest.raises(StepUpRefused) as refused:
        ask(by, checkpoint)
    return refused.value.decision.reason


def test_each_pass_without_a_proof_is_an_event() -> None:
    made = prepared()
    assert refusal(made.ada) is not Reason.EMERGENCY
    made.open()
    assert ask(made.ada).decision.reason is Reason.EMERGENCY
    assert ask(made.bob).decision.reason is Reason.EMERGENCY
    assert Event.objects.filter(kind="break_glass.passed").count() == 2


def test_a_drill_passes_nobody() -> None:
    made = prepared()
    made.open(drill=True)
    assert refusal(made.ada) is not Reason.EMERGENCY
    assert not Event.objects.filter(kind="break_glass.passed").exists()


def test_it_passes_no_hold_and_no_lost_membership() -> None:
    made = prepared()
    made.open()
    mine = Membership.objects.get(user=made.ada.user)
    hold.start(
        facts=made.bob,
        membership=mine,
        checkpoint="*",
        until=made.ada.now + timedelta(hours=1),
        reason="a test",
    )
    assert refusal(made.ada) is Reason.HELD
    Membership.objects.filter(user=made.bob.user).update(active=False)
    assert refusal(made.bob) is Reason.MEMBERSHIP_INACTIVE


def test_it_ends_by_itself() -> None:
    made = prepared()
    made.open()
    EmergencyAccess.objects.update(until=made.ada.now)
    assert refusal(made.ada) is not Reason.EMERGENCY


def test_it_passes_nobody_who_is_no_administrator_any_more() -> None:
    made = prepared()
    made.open()
    Membership.objects.filter(user=made.ada.user).update(roles=["member"])
    assert refusal(made.ada) is not Reason.EMERGENCY
    assert ask(made.bob).decision.reason is Reason.EMERGENCY


def test_it_passes_no_token_of_theirs() -> None:
    made = prepared()
    made.open()
    assert refusal(replace(made.ada, sid="")) is not Reason.EMERGENCY


def test_it_is_looked_for_only_where_there_is_some() -> None:
    made = prepared()
    read = [made.ada, prepared().ada]
    made.open()
    looks = []
    for by in read:
        with CaptureQueriesContext(connection) as captured:
            require_or_none(by)
        looks.append(any('FROM "otpguard_emergencyaccess"' in each["sql"] for each in captured))
    assert looks == [True, False]


def require_or_none(by: RequestFacts) -> Passed | None:
    try:
        return ask(by)
    except StepUpRefused:
        return None


def test_nobody_passes_while_it_cannot_be_read() -> None:
    made = prepared()
    made.open()

    def away(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "otpguard_emergencyaccess" in sql:
            raise OperationalError("away")
        return execute(sql, *rest)

    with connection.execute_wrapper(away):
        assert refusal(made.ada) is Reason.STORE_UNAVAILABLE
    assert not Event.objects.filter(kind="break_glass.passed").exists()

"""What waits is counted in one statement, not often, not without end, and as the list shows it."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.checkpoint import CheckpointDenied, CheckpointHeld
from otpguard.core.todo import Todo
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.flows import todo
from otpguard.flows.emergency.close import end_access
from otpguard.flows.todo import count_todos, rows_of, todos_of
from otpguard.models import (
    Approval,
    Delivery,
    EmergencyAccess,
    Event,
    Hold,
    Membership,
    Notice,
    PolicyException,
    PrefixStatistic,
    RouteHealth,
    Tenant,
)
from tests import factories
from tests.enrolling import joined, rule
from tests.flows.emergency.envelopes import prepared
from tests.models.rows import challenge, delivery, postgres_only
from tests.store_down import store_down

pytestmark = pytest.mark.django_db


def at(moment: datetime) -> Any:
    """A key of that moment."""
    return uuid7(moment, os.urandom(RANDOM_BYTES))


def emergencies(_now: datetime) -> None:
    made = prepared()
    end_access(facts=made.bob, access=made.open())
    made.open(drill=True)


def routes(_now: datetime) -> None:
    for state in RouteHealth.State:
        RouteHealth.objects.create(provider=state, channel="sms", state=state)


def messages(now: datetime) -> None:
    asked = challenge(factories.phone_factor(factories.user()))
    for step, (state, ago) in enumerate(
        [("queued", 3), ("sending", 3), ("queued", 1), ("sent", 3), ("failed", 3)]
    ):
        delivery(asked, step=step, state=state, created_at=now - timedelta(minutes=ago))


def approvals(now: datetime) -> None:
    for state, hours in (("open", 1), ("open", -1), ("approved", 1)):
        Approval.objects.create(
            action="factor_reset",
            subject=factories.user(),
            asked_by=factories.user(),
            reason="a test",
            state=state,
            expires_at=now + timedelta(hours=hours),
        )


def holds(now: datetime) -> None:
    member = factories.member(factories.tenant())
    for hours, lifted in ((1, None), (1, now), (-1, None)):
        Hold.objects.create(
            tenant=member.tenant,
            membership=member,
            user=member.user,
            checkpoint="*",
            reason="a test",
            until=now + timedelta(hours=hours),
            lifted_at=lifted,
        )


def overdue(_now: datetime) -> None:
    tenant = factories.tenant()
    rule(tenant)
    for days in (100, 1):
        joined(factories.member(tenant), timedelta(days=days))


def refusals(now: datetime) -> None:
    around = Circumstances.of(factories.facts())
    record(CheckpointDenied(reason="not_a_member"), around)
    record(CheckpointHeld(until="soon"), around)
    Event.objects.create(
        pk=at(now - timedelta(hours=25)), kind=CheckpointDenied.code, body="{}", mac="", key_id=""
    )


def notices(now: datetime) -> None:
    for state, hours in (("failed", 1), ("failed", 25), ("sent", 1)):
        Notice.objects.create(
            pk=at(now - timedelta(hours=hours)),
            kind="factor_changed",
            user=factories.user(),
            channel="sms",
            destination="+12015550100",
            state=state,
        )


def closures(now: datetime) -> None:
    factories.tenant(closes_at=now + timedelta(hours=1))
    factories.tenant()


def exceptions(now: datetime) -> None:
    for days in (5, 40):
        PolicyException.objects.create(
            tenant=factories.tenant(),
            checkpoint="api_key",
            field="ttl",
            value=1200,
            reason="a test",
            expires_at=now + timedelta(days=days),
        )


WORLDS = {
    Todo.ROUTES: (routes, 2),
    Todo.MESSAGES: (messages, 2),
    Todo.APPROVALS: (approvals, 1),
    Todo.EMERGENCY: (emergencies, 1),
    Todo.HOLDS: (holds, 1),
    Todo.CLOSURES: (closures, 1),
    Todo.OVERDUE: (overdue, 1),
    Todo.REFUSALS: (refusals, 1),
    Todo.NOTICES: (notices, 1),
    Todo.EXCEPTIONS: (exceptions, 1),
}


@pytest.mark.parametrize("which", Todo)
def test_what_waits_is_counted_and_nothing_else(which: Todo) -> None:
    now = timezone.now()
    world, expected = WORLDS[which]
    world(now)
    found = count_todos(now)
    assert found is not None
    assert (found[which], rows_of(which, now).count()) == (expected, expected)


def test_nothing_waits_on_an_empty_site() -> None:
    assert count_todos(timezone.now()) == dict.fromkeys(Todo, 0)


def test_counts_are_one_statement_and_kept_for_ten_seconds(monkeypatch: Any) -> None:
    clock = [100.0]
    monkeypatch.setattr(todo, "monotonic", lambda: clock[0])
    now = timezone.now()
    with CaptureQueriesContext(connection) as statements:
        count_todos(now)
        count_todos(now)
    assert len([each for each in statements if "SAVEPOINT" not in each["sql"]]) == 1
    routes(now)
    kept = count_todos(now)
    clock[0] += 10.1
    fresh = count_todos(now)
    assert kept is not None
    assert fresh is not None
    assert (kept[Todo.ROUTES], fresh[Todo.ROUTES]) == (0, 2)


def test_nothing_is_counted_without_end(monkeypatch: Any) -> None:
    monkeypatch.setattr(todo, "MOST", 1)
    tenant = factories.tenant()
    rule(tenant)
    for _each in range(4):
        joined(factories.member(tenant), timedelta(days=100))
    found = count_todos(timezone.now())
    assert found is not None
    assert found[Todo.OVERDUE] == 2, "more than one"


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_while_the_store_is_down_counts_are_not_known() -> None:
    with store_down():
        assert count_todos(timezone.now()) is None
    todo.forget()
    assert count_todos(timezone.now()) == dict.fromkeys(Todo, 0)


def test_a_model_knows_what_can_wait_among_its_rows() -> None:
    models = [EmergencyAccess, RouteHealth, Delivery, Approval, Hold, Tenant]
    models += [Membership, Event, Notice, PolicyException]
    assert [todos_of(model) for model in models] == [(each,) for each in Todo]
    assert todos_of(PrefixStatistic) == ()

"""Routes tell how they are, and operators tell them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.channels.breaker import Spot
from otpguard.core.breaker import LEAST_TRIES, SLOW_AFTER
from otpguard.core.checked import Checked, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, Refused, Unavailable
from otpguard.exceptions import NotAllowed
from otpguard.flows.route_health import heard, heard_check, reopen_route, rest_route
from otpguard.models import Event, RouteHealth
from otpguard.testing import captured_events
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
SPOT = Spot(provider="memory", channel="sms", country="US")
QUICK, SLOW = timedelta(seconds=0.1), SLOW_AFTER + timedelta(seconds=1)


def row() -> RouteHealth:
    return RouteHealth.objects.get(country="US")


def test_slow_answers_open_a_route_with_an_event() -> None:
    with captured_events() as events:
        for _ in range(LEAST_TRIES):
            heard(spot=SPOT, outcome=Accepted(), took=SLOW, now=timezone.now())
    assert (row().state, row().reason) == ("open", "slow answers")
    [event] = events
    assert event["kind"] == "route.opened"
    assert event["data"]["until"]


def test_a_refusal_of_one_message_is_no_fault_of_the_route() -> None:
    now = timezone.now()
    for seconds in range(LEAST_TRIES):
        later = now + timedelta(seconds=seconds)
        heard(spot=SPOT, outcome=Refused(reason="landline"), took=QUICK, now=later)
    assert (row().tries, row().failures, row().state) == (LEAST_TRIES, 0, "closed")


@pytest.mark.parametrize("failure", [Failure.AUTH_CONFIG, Failure.BALANCE])
def test_what_needs_a_person_calls_one(failure: Failure) -> None:
    outcome = Unavailable(reason="vendor: http 401", failure=failure)
    heard(spot=SPOT, outcome=outcome, took=QUICK, now=timezone.now())
    heard(spot=SPOT, outcome=outcome, took=QUICK, now=timezone.now())
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["route.opened", "route.opened", "provider.alarmed"]


def check(checked: Checked, took: timedelta = QUICK) -> None:
    heard_check(spot=SPOT, checked=checked, took=took, now=timezone.now())


@pytest.mark.parametrize("checked", [Right(), Wrong(), Wrong(exhausted=True), Gone()])
def test_an_answer_about_a_code_is_a_vendor_that_works(checked: Checked) -> None:
    check(checked)
    assert (row().tries, row().failures, row().state) == (1, 0, "closed")


def test_a_vendor_that_cannot_check_opens_its_route() -> None:
    for _ in range(LEAST_TRIES):
        check(Unavailable(reason="timeout", failure=Failure.UNKNOWN_OUTCOME))
    assert (row().state, row().reason) == ("open", "timeout")


def test_a_vendor_that_is_slow_to_check_opens_its_route() -> None:
    for _ in range(LEAST_TRIES):
        check(Right(), SLOW)
    assert (row().state, row().reason) == ("open", "slow answers")


@pytest.mark.parametrize("failure", [Failure.AUTH_CONFIG, Failure.BALANCE])
def test_a_check_that_needs_a_person_calls_one(failure: Failure) -> None:
    check(Unavailable(reason="vendor: http 401", failure=failure))
    check(Unavailable(reason="vendor: http 401", failure=failure))
    assert Event.objects.filter(kind="provider.alarmed").count() == 1
    assert set(RouteHealth.objects.exclude(channel="").values_list("state", flat=True)) == {"open"}


def test_a_code_that_was_checked_brings_no_route_back_that_cannot_send() -> None:
    """Credit may be used up while codes sent before are still checked."""
    check(Unavailable(reason="vendor: http 402", failure=Failure.BALANCE))
    for state in ("open", "half_open"):
        long_ago = timezone.now() - timedelta(hours=1)
        RouteHealth.objects.exclude(channel="").update(state=state, open_until=long_ago)
        check(Right())
        assert row().state == state


def test_the_site_rests_and_reopens_a_route_by_hand() -> None:
    heard(spot=SPOT, outcome=Accepted(), took=QUICK, now=timezone.now())
    facts = factories.facts(factories.staff())
    assert rest_route(facts=facts, health=row(), reason="odd")
    assert not rest_route(facts=facts, health=row(), reason="odd")
    assert row().state == "open"
    assert reopen_route(facts=facts, health=row(), reason="fine")
    assert not reopen_route(facts=facts, health=row(), reason="fine")
    assert row().state == "closed"
    events = [json.loads(event.body) for event in Event.objects.order_by("pk")]
    assert [(e["kind"], e["data"]["reason"], e["actor"]) for e in events] == [
        ("route.opened", "odd", facts.user),
        ("route.closed", "fine", facts.user),
    ]


def test_nobody_else_touches_a_route() -> None:
    heard(spot=SPOT, outcome=Accepted(), took=QUICK, now=timezone.now())
    tenant = factories.tenant()
    for facts in (
        factories.facts(factories.user()),
        factories.facts(factories.user(), tenant),
        factories.facts(factories.staff(), tenant),
    ):
        with pytest.raises(NotAllowed, match="site"):
            rest_route(facts=facts, health=row(), reason="x")
        with pytest.raises(NotAllowed, match="site"):
            reopen_route(facts=facts, health=row(), reason="x")
    assert row().state == "closed"

"""Routes tell how they are, and operators tell them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.breaker import RouteKey
from otpguard.channels.waits import wait_until
from otpguard.core.breaker import LEAST_TRIES, SLOW_AFTER
from otpguard.core.checked_code import CheckedCode, Gone, Right, Wrong
from otpguard.core.outcome import Accepted, Failure, FailureScope, Refused, Unavailable
from otpguard.exceptions import NotAllowed
from otpguard.flows.route.health import pause_route, record_check, record_outcome, resume_route
from otpguard.models import Event, RouteHealth
from otpguard.testing import captured_events
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
ROUTE_KEY = RouteKey(provider="memory", channel="sms", country="US")
QUICK, SLOW = timedelta(seconds=0.1), SLOW_AFTER + timedelta(seconds=1)


def row() -> RouteHealth:
    return RouteHealth.objects.get(country="US")


def test_slow_responses_pause_a_route_with_an_event() -> None:
    with captured_events() as events:
        for _ in range(LEAST_TRIES):
            record_outcome(route_key=ROUTE_KEY, outcome=Accepted(), took=SLOW, now=timezone.now())
    assert (row().state, row().reason) == ("paused", "slow responses")
    [event] = events
    assert event["kind"] == "route.paused"
    assert event["data"]["until"]


def test_a_refusal_of_one_message_is_no_fault_of_the_route() -> None:
    now = timezone.now()
    for seconds in range(LEAST_TRIES):
        later = now + timedelta(seconds=seconds)
        record_outcome(
            route_key=ROUTE_KEY, outcome=Refused(reason="landline"), took=QUICK, now=later
        )
    assert (row().tries, row().failures, row().state) == (LEAST_TRIES, 0, "in_use")


@pytest.mark.parametrize("failure", [Failure.AUTH_CONFIG, Failure.BALANCE])
def test_what_needs_a_person_calls_one(failure: Failure) -> None:
    outcome = Unavailable(reason="vendor: http 401", failure=failure)
    record_outcome(route_key=ROUTE_KEY, outcome=outcome, took=QUICK, now=timezone.now())
    record_outcome(route_key=ROUTE_KEY, outcome=outcome, took=QUICK, now=timezone.now())
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["route.paused", "route.paused", "provider.alarmed"]


def states() -> dict[str, str]:
    """The state of the route by country, "" for all of them."""
    rows = RouteHealth.objects.exclude(channel="")
    return dict(rows.values_list("country", "state"))


def fail(times: int = 1, **more: Any) -> None:
    outcome = Unavailable(reason="vendor: no", failure=Failure.AUTH_CONFIG, **more)
    for _ in range(times):
        record_outcome(route_key=ROUTE_KEY, outcome=outcome, took=QUICK, now=timezone.now())


def alarms() -> int:
    return Event.objects.filter(kind="provider.alarmed").count()


def test_trouble_of_the_account_pauses_every_country() -> None:
    fail()
    assert (states(), alarms()) == ({"US": "paused", "": "paused"}, 1)


def test_trouble_of_one_country_pauses_that_one() -> None:
    fail(scope=FailureScope.COUNTRY)
    assert (states(), alarms()) == ({"US": "paused", "": "in_use"}, 1)


def test_trouble_of_one_sender_alarms_and_pauses_where_it_is_most_of_what_is_sent() -> None:
    fail(scope=FailureScope.SENDER)
    assert (states(), alarms()) == ({"US": "in_use", "": "in_use"}, 1)
    fail(LEAST_TRIES, scope=FailureScope.SENDER)
    assert (states(), alarms()) == ({"US": "paused", "": "in_use"}, 1)


@pytest.mark.parametrize(
    "more", [{"scope": FailureScope.NUMBER}, {"probable": True}], ids=["one number", "supposed"]
)
def test_what_concerns_one_number_or_is_supposed_alarms_and_pauses_nothing(
    more: dict[str, Any],
) -> None:
    fail(3 * LEAST_TRIES, **more)
    assert (states(), alarms()) == ({}, 1)


def test_a_limit_that_is_supposed_pauses_nothing_and_its_wait_is_heeded() -> None:
    limited = Unavailable(
        reason="meta 4", failure=Failure.RATE_LIMITED, probable=True, retry_after=9
    )
    now = timezone.now()
    for _ in range(3 * LEAST_TRIES):
        record_outcome(route_key=ROUTE_KEY, outcome=limited, took=QUICK, now=now)
    assert states() == {"": "in_use"}
    assert wait_until(ROUTE_KEY, now) == now + timedelta(seconds=9)


def test_a_supposition_neither_ends_a_trial_nor_makes_the_pause_longer() -> None:
    fail()
    RouteHealth.objects.exclude(channel="").update(state="on_trial")
    supposed = Unavailable(reason="x", failure=Failure.AUTH_CONFIG, probable=True)
    now = timezone.now()
    record_outcome(route_key=ROUTE_KEY, outcome=supposed, took=QUICK, now=now, trial=True)
    assert states() == {"US": "on_trial", "": "on_trial"}


def test_a_trial_that_one_sender_fails_resumes_all_other_countries() -> None:
    fail()
    RouteHealth.objects.exclude(channel="").update(state="on_trial")
    one = Unavailable(reason="x", failure=Failure.AUTH_CONFIG, scope=FailureScope.SENDER)
    now = timezone.now()
    record_outcome(route_key=ROUTE_KEY, outcome=one, took=QUICK, now=now, trial=True)
    assert states() == {"US": "paused", "": "in_use"}


def test_a_tenants_own_sender_makes_nobody_else_wait() -> None:
    limited = Unavailable(reason="429", failure=Failure.RATE_LIMITED, retry_after=9)
    now = timezone.now()
    record_outcome(route_key=ROUTE_KEY, outcome=limited, took=QUICK, now=now, private=True)
    assert wait_until(ROUTE_KEY, now) is None


def check(checked: CheckedCode, took: timedelta = QUICK) -> None:
    record_check(route_key=ROUTE_KEY, checked=checked, took=took, now=timezone.now())


@pytest.mark.parametrize("checked", [Right(), Wrong(), Wrong(exhausted=True), Gone()])
def test_an_answer_about_a_code_is_a_vendor_that_works(checked: CheckedCode) -> None:
    check(checked)
    assert (row().tries, row().failures, row().state) == (1, 0, "in_use")


def test_a_vendor_that_cannot_check_pauses_its_route() -> None:
    for _ in range(LEAST_TRIES):
        check(Unavailable(reason="timeout", failure=Failure.UNKNOWN_OUTCOME))
    assert (row().state, row().reason) == ("paused", "timeout")


def test_a_vendor_that_is_slow_to_check_pauses_its_route() -> None:
    for _ in range(LEAST_TRIES):
        check(Right(), SLOW)
    assert (row().state, row().reason) == ("paused", "slow responses")


@pytest.mark.parametrize("failure", [Failure.AUTH_CONFIG, Failure.BALANCE])
def test_a_check_that_needs_a_person_calls_one(failure: Failure) -> None:
    check(Unavailable(reason="vendor: http 401", failure=failure))
    check(Unavailable(reason="vendor: http 401", failure=failure))
    assert Event.objects.filter(kind="provider.alarmed").count() == 1
    assert set(RouteHealth.objects.exclude(channel="").values_list("state", flat=True)) == {
        "paused"
    }


def test_a_code_that_was_checked_brings_no_route_back_that_cannot_send() -> None:
    """Credit may be used up while codes sent before are still checked."""
    check(Unavailable(reason="vendor: http 402", failure=Failure.BALANCE))
    for state in ("paused", "on_trial"):
        long_ago = timezone.now() - timedelta(hours=1)
        RouteHealth.objects.exclude(channel="").update(state=state, paused_until=long_ago)
        check(Right())
        assert row().state == state


def test_the_site_pauses_and_resumes_a_route_by_hand() -> None:
    record_outcome(route_key=ROUTE_KEY, outcome=Accepted(), took=QUICK, now=timezone.now())
    facts = factories.facts(factories.staff())
    assert pause_route(facts=facts, health=row(), reason="odd")
    assert not pause_route(facts=facts, health=row(), reason="odd")
    assert row().state == "paused"
    assert resume_route(facts=facts, health=row(), reason="fine")
    assert not resume_route(facts=facts, health=row(), reason="fine")
    assert row().state == "in_use"
    events = [
        {**json.loads(event.body), "actor": event.actor_ref}
        for event in Event.objects.order_by("pk")
    ]
    assert [(e["kind"], e["data"]["reason"], e["actor"]) for e in events] == [
        ("route.paused", "odd", facts.user),
        ("route.resumed", "fine", facts.user),
    ]


def test_nobody_else_touches_a_route() -> None:
    record_outcome(route_key=ROUTE_KEY, outcome=Accepted(), took=QUICK, now=timezone.now())
    tenant = factories.tenant()
    for facts in (
        factories.facts(factories.user()),
        factories.facts(factories.user(), tenant),
        factories.facts(factories.staff(), tenant),
    ):
        with pytest.raises(NotAllowed, match="site"):
            pause_route(facts=facts, health=row(), reason="x")
        with pytest.raises(NotAllowed, match="site"):
            resume_route(facts=facts, health=row(), reason="x")
    assert row().state == "in_use"

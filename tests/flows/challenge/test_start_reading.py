"""One statement says what a start stands on, as each question by itself would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.channels.precheck import PlanPrecheck
from otpguard.core.limits import Lane
from otpguard.factors import lanes
from otpguard.factors.devices import lane_of
from otpguard.factors.enrolled import usable
from otpguard.flows.challenge.start_reading import StartReading, read_for_start
from otpguard.models import (
    Factor,
    FactorBlock,
    FactorLane,
    LoginSession,
    OptOut,
    RouteHealth,
    RouteSwitch,
    Tenant,
)
from tests import factories
from tests.flows.challenge.both_ways import rehearsal, values
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db

FACTOR = st.fixed_dictionaries(
    {
        "of": st.sampled_from(["me", "me", "me", "other"]),
        "from_tenant": st.sampled_from(["", "", "here", "elsewhere"]),
        "blocked": st.sampled_from(["", "", "here", "elsewhere"]),
        "kind": st.sampled_from(["phone", "totp", "totp", "gone"]),
        "confirmed": st.sampled_from([True, True, True, False]),
        "off": st.sampled_from([False, False, True]),
        "failures": st.none() | st.integers(0, 9),
        "lane": st.sampled_from(Lane),
        "age": st.integers(0, 1000),
    }
)
SITUATIONS = {
    "inside": st.booleans(),
    "known": st.booleans(),
    "ended": st.booleans(),
    "factors": st.lists(FACTOR, max_size=5, unique_by=lambda known: known["age"]),
}


def enrolled(who: Stopped, known: dict[str, Any], elsewhere: Tenant) -> None:
    places = {"here": who.member.tenant, "elsewhere": elsewhere}
    of = who.member.user if known["of"] == "me" else factories.user()
    factor = factories.phone_factor(of) if known["kind"] == "phone" else factories.totp_factor(of)
    factories.age(
        factor,
        tenant=places.get(known["from_tenant"]),
        kind=known["kind"],
        confirmed=known["confirmed"],
        disabled_at=who.facts.now if known["off"] else None,
        created_at=who.facts.now - timedelta(days=1, minutes=known["age"]),
    )
    if known["blocked"]:
        FactorBlock.objects.create(tenant=places[known["blocked"]], factor=factor, reason="x")
    if known["failures"] is not None:
        FactorLane.objects.create(factor=factor, lane=known["lane"], failures=known["failures"])


def somebody(known: dict[str, Any]) -> Stopped:
    who, elsewhere = stopped(), factories.tenant()
    device = factories.device(who.member.user) if known["known"] else ""
    tenant = who.facts.tenant if known["inside"] else ""
    who.facts = replace(who.facts, tenant=tenant, device=device)
    for each in known["factors"]:
        enrolled(who, each, elsewhere)
    if known["ended"]:
        LoginSession.objects.update(ended_at=timezone.now())
    return who


@settings(max_examples=50, deadline=None)
@given(known=st.fixed_dictionaries(SITUATIONS))
def test_it_says_what_each_question_by_itself_would(known: dict[str, Any]) -> None:
    with rehearsal():
        who = somebody(known)
        facts = who.facts
        found = read_for_start(facts)
        rows = usable(user=facts.user, tenant=facts.tenant).order_by("created_at")
        assert [values(row) for row in found.person.factors] == [values(row) for row in rows]
        assert found.person.session_ended is known["ended"]
        assert found.lane is lane_of(facts)
        for factor in found.person.factors:
            allowed = lanes.state_of(factor.pk, found.lane, now=facts.now)
            assert found.lane_state(factor, now=facts.now) == allowed
        tenant = Tenant.objects.filter(pk=facts.tenant).first() if facts.tenant else None
        assert found.tenant == tenant
        if found.tenant is not None and tenant is not None:
            read = set(found.tenant.__dict__) - {"_state"}
            assert {name: getattr(tenant, name) for name in read} == {
                name: getattr(found.tenant, name) for name in read
            }


@pytest.fixture
def who() -> Stopped:
    return stopped()


def test_it_is_one_statement(who: Stopped, django_assert_num_queries: Any) -> None:
    factories.totp_factor(who.member.user)
    with django_assert_num_queries(1):
        found = read_for_start(who.facts)
        for factor in found.person.factors:
            found.lane_state(factor, now=who.facts.now)
            found.precheck_of(factor)
        assert found.tenant is not None
        assert found.tenant.annual_contract_value is not None


def test_somebody_without_factors_has_none(who: Stopped) -> None:
    Factor.objects.all().delete()
    found = read_for_start(who.facts)
    assert (found.person.factors, found.lanes, found.stopped) == ((), {}, frozenset())
    assert found.tenant == who.member.tenant


@pytest.mark.parametrize("here", [True, False], ids=["here", "elsewhere"])
def test_a_factor_is_chosen_unless_this_tenant_has_blocked_it(who: Stopped, here: bool) -> None:
    where = who.member.tenant if here else factories.tenant()
    FactorBlock.objects.create(tenant=where, factor=who.factor, reason="x")
    found = read_for_start(who.facts)
    assert found.person.factors == (() if here else (who.factor,))


def test_a_factor_is_found_by_its_id_if_it_counts_here(who: Stopped) -> None:
    other = factories.totp_factor(factories.user())
    found = read_for_start(who.facts)
    assert found.factor(str(who.factor.pk)) == who.factor
    assert found.factor(str(other.pk)) is None
    assert found.factor("no id") is None


# --- what may stand in the way of a message ------------------------------------------------------

_number = count()


def health(now: datetime, **columns: Any) -> None:
    RouteHealth.objects.create(
        provider=f"p{next(_number)}", channel="sms", window_at=now, changed_at=now, **columns
    )


FLAGS: dict[str, Callable[[datetime], Any]] = {
    "switches": lambda _: RouteSwitch.objects.create(channel="voice", reason="x"),
    "paused": lambda now: health(now, state="paused"),
    "waits": lambda now: health(now, wait_until=now),
    "senders": lambda _: factories.whatsapp_sender(),
}
HARMLESS: dict[str, Callable[[datetime], Any]] = {
    "a switch that was ended": lambda now: RouteSwitch.objects.create(
        channel="voice", reason="x", ended_at=now
    ),
    "a route in use": health,
}


@pytest.mark.parametrize("what", FLAGS)
def test_what_there_is_has_to_be_looked_at(who: Stopped, what: str) -> None:
    nothing = PlanPrecheck(switches=False, paused=False, waits=False, senders=False)
    for each in HARMLESS.values():
        each(who.facts.now)
    assert read_for_start(who.facts).precheck == nothing
    FLAGS[what](who.facts.now)
    assert read_for_start(who.facts).precheck == replace(nothing, **{what: True})


def looks_for_opt_outs(found: StartReading, factor: Factor) -> bool:
    return found.precheck_of(factor).opt_outs


@pytest.mark.parametrize("old", [False, True], ids=["current key", "key that is retired"])
def test_an_opt_out_is_seen_for_its_number_alone(who: Stopped, old: bool) -> None:
    other = factories.phone_factor(who.member.user)
    app = factories.totp_factor(who.member.user)
    number = who.factor.secret.reveal()
    assert not looks_for_opt_outs(read_for_start(who.facts), who.factor)
    factories.opt_out(number)
    if old:
        OptOut.objects.update(phone_index="new", phone_index_old=who.factor.phone_index)
    found = read_for_start(who.facts)
    assert [looks_for_opt_outs(found, each) for each in (who.factor, other, app)] == [
        *(True, False, False),
    ]
    OptOut.objects.update(ended_at=timezone.now())
    assert not looks_for_opt_outs(read_for_start(who.facts), who.factor)


def test_an_app_has_no_number_that_could_be_stopped(who: Stopped) -> None:
    app = factories.totp_factor(who.member.user)
    factories.opt_out("+12015550199", phone_index="", phone_index_old="")
    assert not looks_for_opt_outs(read_for_start(who.facts), app)


def test_while_the_index_moves_to_a_new_key_every_number_is_looked_up(
    who: Stopped, settings: Any
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "INDEX_KEYS": ["n" * 43, "o" * 43]}
    assert looks_for_opt_outs(read_for_start(who.facts), who.factor)

"""Plans for somebody, with everything that counts read in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels.breaker import RouteKey, count_try
from otpguard.channels.waits import keep_wait
from otpguard.core.breaker import Tried
from otpguard.core.outcome import Failure, Unavailable
from otpguard.core.phone import NumberType
from otpguard.core.presets import BASE
from otpguard.core.reasons import StartReason
from otpguard.core.route import Route, WhyUnused
from otpguard.exceptions import StartRefused
from otpguard.flows.route.plan import email_routes, explained, phone_routes
from otpguard.flows.scope import tenant_of
from otpguard.models import Challenge, RouteHealth, RouteSwitch, Tenant
from tests import factories
from tests.channels.vendors import provider
from tests.flows.setting import Stopped, stopped

GERMAN, JAMAICAN = "+4915112345678", "+18765550123"

pytestmark = pytest.mark.django_db(transaction=True)


def routes(who: Stopped) -> tuple[Route, ...]:
    return phone_routes(who.facts, who.factor, BASE, tenant_of(who.facts))


def names(found: tuple[Route, ...]) -> list[str]:
    return [f"{route.provider}/{route.channel}" for route in found]


@pytest.fixture
def two(settings: Any) -> None:
    settings.OTPGUARD = {
        "PROVIDERS": {
            "plain": provider(channels=["sms"]),
            "papers": {
                **provider(channels=["sms"]),
                "REGIONS": ["US"],
                "PAPERS": {"BAA": True, "PCI": "2020-01-31"},
            },
        },
    }


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([], ["plain/sms", "papers/sms"]),
        (["health"], ["papers/sms"]),
        (["US-only"], ["papers/sms"]),
        (["residency"], ["papers/sms"]),
        (["vip", 7], ["plain/sms", "papers/sms"]),
    ],
)
def test_a_tenants_tags_decide_who_may_carry_its_codes(
    two: None, tags: list[Any], expected: list[str]
) -> None:
    assert names(routes(stopped(tags=tags))) == expected


@pytest.mark.parametrize("tags", [["payments"], ["EU"], ["EU-only"]])
def test_where_nobody_may_carry_them_no_code_is_ordered(two: None, tags: list[str]) -> None:
    """An expired paper is none."""
    who = stopped(tags=tags)
    with pytest.raises(StartRefused, match="no_route"):
        who.start()
    assert not Challenge.objects.exists()


def test_routes_may_be_for_some_countries_and_tenants(settings: Any) -> None:
    settings.OTPGUARD = {
        "PROVIDERS": {name: provider(channels=["sms"]) for name in ("us", "de", "own", "rest")},
        "ROUTES": [
            {"PROVIDER": "rest", "PRIORITY": 9},
            {"PROVIDER": "us", "COUNTRIES": ["US"], "COST_MICROS": 8_800},
            {"PROVIDER": "de", "COUNTRIES": ["DE"]},
            {"PROVIDER": "own", "TENANTS": ["acme"], "COST_MICROS": 1},
        ],
    }
    assert names(routes(stopped())) == ["us/sms", "rest/sms"]
    assert names(routes(stopped(slug="acme"))) == ["own/sms", "us/sms", "rest/sms"]
    german = stopped()
    german.factor = factories.phone_factor(german.member.user, "+4915112345678")
    assert names(routes(german)) == ["de/sms", "rest/sms"]


def test_a_paused_route_is_left_out_and_a_switched_off_one(two: None) -> None:
    who = stopped()
    fatal = Tried(failed=True, fatal=True)
    count_try(RouteKey(provider="plain", channel="sms", country="DE"), fatal, now=timezone.now())
    assert names(routes(who)) == ["papers/sms"]
    RouteSwitch.objects.create(provider="papers", reason="x", at=who.facts.now)
    with pytest.raises(StartRefused, match="no_route"):
        routes(who)


def test_a_vendor_that_asked_to_wait_is_passed_over_and_waited_for_when_it_is_the_only_one(
    two: None,
) -> None:
    who = stopped()
    busy = Unavailable(reason="429", failure=Failure.RATE_LIMITED, retry_after=60)

    def limit(name: str, seconds: int) -> None:
        key = RouteKey(provider=name, channel="sms", country="US")
        keep_wait(key, replace(busy, retry_after=seconds), now=who.facts.now)

    limit("plain", 60)
    assert names(routes(who)) == ["papers/sms"]
    limit("papers", 60)
    assert names(routes(who)) == ["plain/sms", "papers/sms"]
    limit("plain", 7200)
    assert names(routes(who)) == ["papers/sms"]
    limit("papers", 7200)
    with pytest.raises(StartRefused, match="no_route"):
        routes(who)


def test_email_is_waited_for_as_well() -> None:
    who = stopped()
    busy = Unavailable(reason="429", failure=Failure.RATE_LIMITED, retry_after=60)
    keep_wait(RouteKey(provider="memory", channel="email"), busy, now=who.facts.now)
    found = email_routes(who.facts, who.factor, BASE, tenant_of(who.facts))
    assert names(found) == ["memory/email"]


def test_a_template_that_is_not_approved_closes_whatsapp_for_its_tenant_alone(
    settings: Any,
) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(channels=["whatsapp"])}}
    who, other = stopped(), stopped()
    factories.whatsapp_sender()
    factories.whatsapp_sender(who.member.tenant, approval="paused")
    assert names(routes(other)) == ["w/whatsapp"]
    with pytest.raises(StartRefused, match="no_route"):
        routes(who)


def test_email_obeys_switches_and_papers_too() -> None:
    who = stopped()
    assert names(email_routes(who.facts, who.factor, BASE, tenant_of(who.facts))) == [
        "memory/email"
    ]
    Tenant.objects.update(tags=["health"])
    with pytest.raises(StartRefused, match="no_route"):
        email_routes(who.facts, who.factor, BASE, tenant_of(who.facts))


def test_it_is_explained_why_a_route_is_not_used(two: None) -> None:
    tenant = factories.tenant(tags=["payments"])
    found = explained(tenant=tenant, country="US", now=timezone.now())
    assert [(v.route.provider, v.why_unused, v.detail) for v in found] == [
        ("plain", WhyUnused.PAPER, "PCI"),
        ("papers", WhyUnused.PAPER, "PCI"),
    ]
    assert all(v.why_unused is None for v in explained(tenant=None, country="", now=timezone.now()))


def test_when_the_breakers_cannot_be_read_no_code_is_ordered() -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if RouteHealth._meta.db_table in sql:
            raise DatabaseError("away")
        return execute(sql, params, many, context)

    who = stopped()
    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        who.start()
    assert not Challenge.objects.exists()


UNUSUAL = {"voip": "+445600123456", "satellite": "+881612345678", "toll-free": "+18002345678"}


@pytest.mark.parametrize("number", UNUSUAL.values(), ids=UNUSUAL.keys())
def test_a_number_of_an_unusual_kind_gets_codes_only_where_a_policy_says_so(number: str) -> None:
    who = stopped()
    who.factor.secret = number
    who.factor.save()
    who.factor.refresh_from_db()
    with pytest.raises(StartRefused) as refused:
        routes(who)
    assert refused.value.reason is StartReason.NUMBER_NOT_ALLOWED
    wide = replace(BASE, allowed_number_types=frozenset(NumberType))
    assert phone_routes(who.facts, who.factor, wide, tenant_of(who.facts))


def numbered(number: str, *, confirmed: bool, **tenant: Any) -> Stopped:
    who = stopped(**tenant)
    who.factor = factories.phone_factor(who.member.user, number, confirmed=confirmed)
    return who


@pytest.mark.parametrize("number", [GERMAN, JAMAICAN])
def test_a_new_number_must_be_within_the_footprint_and_a_proven_one_need_not(number: str) -> None:
    assert routes(numbered(number, confirmed=True))
    with pytest.raises(StartRefused, match="number_not_allowed"):
        routes(numbered(number, confirmed=False))
    assert routes(numbered(number, confirmed=False, footprint=["DE", "JM"]))


@pytest.mark.parametrize("confirmed", [True, False])
def test_the_countries_of_a_policy_count_for_every_number(confirmed: bool) -> None:
    narrow = replace(BASE, allowed_countries=frozenset({"US"}))
    here = numbered("+12015550123", confirmed=confirmed)
    assert phone_routes(here.facts, here.factor, narrow, tenant_of(here.facts))
    there = numbered(GERMAN, confirmed=confirmed, region="DE")
    with pytest.raises(StartRefused, match="number_not_allowed"):
        phone_routes(there.facts, there.factor, narrow, tenant_of(there.facts))


def test_outside_any_tenant_the_countries_of_each_of_ones_own_count() -> None:
    who = numbered(GERMAN, confirmed=False, region="DE")
    assert phone_routes(replace(who.facts, tenant=""), who.factor, BASE, None)
    stranger = numbered(JAMAICAN, confirmed=False, region="DE")
    with pytest.raises(StartRefused, match="number_not_allowed"):
        phone_routes(replace(stranger.facts, tenant=""), stranger.factor, BASE, None)

"""Plans for somebody, with everything that counts read in."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from otpguard.channels.breaker import Spot, note
from otpguard.core.breaker import Tried
from otpguard.core.presets import BASE
from otpguard.core.route import Drop, Route
from otpguard.exceptions import StartRefused
from otpguard.flows.routes import explained, mail_routes, phone_routes
from otpguard.models import Challenge, RouteHealth, RouteSwitch, Tenant
from tests import factories
from tests.channels.test_senders import sender
from tests.channels.vendors import provider
from tests.flows.setting import Stopped, stopped

pytestmark = pytest.mark.django_db(transaction=True)


def routes(who: Stopped) -> tuple[Route, ...]:
    return phone_routes(who.facts, who.factor, BASE)


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


def test_a_resting_route_is_left_out_and_a_switched_off_one(two: None) -> None:
    who = stopped()
    fatal = Tried(failed=True, fatal=True)
    note(Spot(provider="plain", channel="sms", country="DE"), fatal, now=timezone.now())
    assert names(routes(who)) == ["papers/sms"]
    RouteSwitch.objects.create(provider="papers", reason="x", at=who.facts.now)
    with pytest.raises(StartRefused, match="no_route"):
        routes(who)


def test_a_template_that_is_not_approved_closes_whatsapp_for_its_tenant_alone(
    settings: Any,
) -> None:
    settings.OTPGUARD = {"PROVIDERS": {"w": provider(channels=["whatsapp"])}}
    who, other = stopped(), stopped()
    sender()
    sender(who.member.tenant, approval="paused")
    assert names(routes(other)) == ["w/whatsapp"]
    with pytest.raises(StartRefused, match="no_route"):
        routes(who)


def test_mail_obeys_switches_and_papers_too() -> None:
    who = stopped()
    assert names(mail_routes(who.facts, who.factor)) == ["memory/email"]
    Tenant.objects.update(tags=["health"])
    with pytest.raises(StartRefused, match="no_route"):
        mail_routes(who.facts, who.factor)


def test_it_is_explained_why_a_route_is_not_used(two: None) -> None:
    tenant = factories.tenant(tags=["payments"])
    found = explained(tenant=tenant, country="US", now=timezone.now())
    assert [(v.route.provider, v.drop, v.detail) for v in found] == [
        ("plain", Drop.PAPER, "PCI"),
        ("papers", Drop.PAPER, "PCI"),
    ]
    assert all(v.drop is None for v in explained(tenant=None, country="", now=timezone.now()))


def test_when_the_breakers_cannot_be_read_no_code_is_ordered() -> None:
    def away(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if RouteHealth._meta.db_table in sql:
            raise DatabaseError("away")
        return execute(sql, params, many, context)

    who = stopped()
    with connection.execute_wrapper(away), pytest.raises(DatabaseError):
        who.start()
    assert not Challenge.objects.exists()

"""What stands against a route, and what a tenant demands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.route import (
    PausedRoute,
    Route,
    Situation,
    Switch,
    WhyUnused,
    admits,
    demanded_papers,
    demanded_regions,
    is_generic,
    why_unused,
    without_short_waits,
)

TODAY = date(2026, 5, 1)
SMS = Route(channel=Channel.SMS, provider="a")
EMAIL = Route(channel=Channel.EMAIL, provider="m")
WHATSAPP = Route(channel=Channel.WHATSAPP, provider="w")
HERE = Situation(country="US", tenant="acme", region="US", day=TODAY)


def tagged(*tags: str) -> Situation:
    return replace(HERE, tags=frozenset(tags))


def waiting(*routes: PausedRoute) -> Situation:
    return replace(HERE, waiting=dict.fromkeys(routes, timedelta(seconds=30)))


def test_a_wait_that_a_message_outlives_stops_no_route() -> None:
    here = waiting(PausedRoute(provider="a", channel="sms"))
    second = timedelta(seconds=1)
    assert why_unused(SMS, without_short_waits(here, timedelta(seconds=30))) is not None
    assert why_unused(SMS, without_short_waits(here, timedelta(seconds=30) + second)) is None
    assert without_short_waits(here, second).paused == here.paused


def test_a_route_without_conditions_is_open() -> None:
    assert why_unused(SMS, HERE) is None
    assert why_unused(SMS, Situation()) is None


@pytest.mark.parametrize(
    ("route", "situation", "reason"),
    [
        (replace(SMS, countries=frozenset({"DE"})), HERE, WhyUnused.OTHER_COUNTRY),
        (replace(SMS, countries=frozenset({"US"})), Situation(), WhyUnused.OTHER_COUNTRY),
        (replace(SMS, tenants=frozenset({"other"})), HERE, WhyUnused.OTHER_TENANT),
        (
            replace(SMS, tenants=frozenset({"acme"})),
            Situation(country="US"),
            WhyUnused.OTHER_TENANT,
        ),
        (SMS, tagged("US-only"), WhyUnused.RESIDENCY),
        (replace(SMS, regions=frozenset({"EU"})), tagged("residency"), WhyUnused.RESIDENCY),
        (replace(SMS, regions=frozenset({"US", "EU"})), tagged("US-only"), WhyUnused.RESIDENCY),
        (
            replace(SMS, regions=frozenset({"US"})),
            tagged("US-only", "EU-only"),
            WhyUnused.RESIDENCY,
        ),
        (SMS, tagged("health"), WhyUnused.PAPER),
        (
            replace(SMS, papers=(("BAA", TODAY - timedelta(days=1)),)),
            tagged("health"),
            WhyUnused.PAPER,
        ),
        (WHATSAPP, replace(HERE, senders={"w": False}), WhyUnused.SENDER),
        (SMS, replace(HERE, switches=(Switch(channel="sms"),)), WhyUnused.SWITCHED_OFF),
        (
            SMS,
            replace(HERE, switches=(Switch(provider="a", country="US"),)),
            WhyUnused.SWITCHED_OFF,
        ),
        (
            SMS,
            replace(
                HERE, paused=frozenset({PausedRoute(provider="a", channel="sms", country="US")})
            ),
            WhyUnused.PAUSED,
        ),
        (
            SMS,
            replace(HERE, paused=frozenset({PausedRoute(provider="a", channel="sms")})),
            WhyUnused.PAUSED,
        ),
        (SMS, waiting(PausedRoute(provider="a", channel="sms")), WhyUnused.WAITING),
        (SMS, waiting(PausedRoute(provider="a", channel="sms", country="US")), WhyUnused.WAITING),
    ],
)
def test_each_condition_stops_a_route(
    route: Route, situation: Situation, reason: WhyUnused
) -> None:
    found = why_unused(route, situation)
    assert found is not None
    assert found[0] is reason


@pytest.mark.parametrize(
    ("route", "situation"),
    [
        (replace(SMS, countries=frozenset({"US"})), HERE),
        (replace(SMS, tenants=frozenset({"acme"})), HERE),
        (replace(SMS, regions=frozenset({"US"})), tagged("us-ONLY", "Residency")),
        (replace(SMS, papers=(("BAA", TODAY),)), tagged("Health")),
        (replace(SMS, papers=(("BAA", None), ("PCI", None))), tagged("health", "payments")),
        (WHATSAPP, replace(HERE, senders={"w": True})),
        (SMS, replace(HERE, switches=(Switch(channel="voice"), Switch(country="DE")))),
        (SMS, replace(HERE, paused=frozenset({PausedRoute(provider="a", channel="voice")}))),
        (SMS, waiting(PausedRoute(provider="a", channel="sms", country="DE"))),
        # E-mail goes to no country.
        (replace(EMAIL, countries=frozenset({"DE"})), HERE),
        (EMAIL, replace(HERE, switches=(Switch(country="US"),))),
    ],
)
def test_what_is_met_stops_nothing(route: Route, situation: Situation) -> None:
    assert why_unused(route, situation) is None


def test_without_a_day_every_dated_paper_has_expired() -> None:
    dated = replace(SMS, papers=(("BAA", date(2999, 1, 1)),))
    assert why_unused(dated, Situation(tags=frozenset({"health"}))) == (WhyUnused.PAPER, "BAA")


def test_tags_demand_papers_and_regions_and_others_nothing() -> None:
    tags = frozenset({"health", "payments", "EU", "vip"})
    assert demanded_papers(tags) == {"BAA", "PCI", "DPA"}
    assert demanded_regions(tags, "US") == frozenset()
    assert demanded_regions(frozenset({"residency"}), "eu") == {"EU"}


def test_a_vendors_own_whatsapp_sender_is_flagged() -> None:
    assert is_generic(WHATSAPP, HERE)
    assert not is_generic(replace(WHATSAPP, own_sender=True), HERE)
    assert not is_generic(WHATSAPP, replace(HERE, senders={"w": True}))
    assert not is_generic(SMS, HERE)


def test_a_region_is_admitted_where_nothing_else_is_demanded() -> None:
    assert admits([], "")
    assert admits(["EU"], "eu")
    assert not admits(["EU"], "")
    assert not admits(["EU", "US"], "EU")

"""What stands against a route, and what a tenant demands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.route import (
    Drop,
    Resting,
    Route,
    Situation,
    Switch,
    closed_by,
    demanded_papers,
    demanded_regions,
    is_generic,
)

TODAY = date(2026, 5, 1)
SMS = Route(channel=Channel.SMS, provider="a")
MAIL = Route(channel=Channel.EMAIL, provider="m")
WHATSAPP = Route(channel=Channel.WHATSAPP, provider="w")
HERE = Situation(country="US", tenant="acme", region="US", day=TODAY)


def tagged(*tags: str) -> Situation:
    return replace(HERE, tags=frozenset(tags))


def test_a_route_without_conditions_is_open() -> None:
    assert closed_by(SMS, HERE) is None
    assert closed_by(SMS, Situation()) is None


@pytest.mark.parametrize(
    ("route", "situation", "drop"),
    [
        (replace(SMS, countries=frozenset({"DE"})), HERE, Drop.OTHER_COUNTRY),
        (replace(SMS, countries=frozenset({"US"})), Situation(), Drop.OTHER_COUNTRY),
        (replace(SMS, tenants=frozenset({"other"})), HERE, Drop.OTHER_TENANT),
        (replace(SMS, tenants=frozenset({"acme"})), Situation(country="US"), Drop.OTHER_TENANT),
        (SMS, tagged("US-only"), Drop.RESIDENCY),
        (replace(SMS, regions=frozenset({"EU"})), tagged("residency"), Drop.RESIDENCY),
        (replace(SMS, regions=frozenset({"US", "EU"})), tagged("US-only"), Drop.RESIDENCY),
        (replace(SMS, regions=frozenset({"US"})), tagged("US-only", "EU-only"), Drop.RESIDENCY),
        (SMS, tagged("health"), Drop.PAPER),
        (replace(SMS, papers=(("BAA", TODAY - timedelta(days=1)),)), tagged("health"), Drop.PAPER),
        (WHATSAPP, replace(HERE, senders={"w": False}), Drop.SENDER),
        (SMS, replace(HERE, switches=(Switch(channel="sms"),)), Drop.SWITCHED_OFF),
        (SMS, replace(HERE, switches=(Switch(provider="a", country="US"),)), Drop.SWITCHED_OFF),
        (
            SMS,
            replace(HERE, resting=frozenset({Resting(provider="a", channel="sms", country="US")})),
            Drop.RESTING,
        ),
        (
            SMS,
            replace(HERE, resting=frozenset({Resting(provider="a", channel="sms")})),
            Drop.RESTING,
        ),
    ],
)
def test_each_condition_closes_a_route(route: Route, situation: Situation, drop: Drop) -> None:
    found = closed_by(route, situation)
    assert found is not None
    assert found[0] is drop


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
        (SMS, replace(HERE, resting=frozenset({Resting(provider="a", channel="voice")}))),
        # Mail goes to no country.
        (replace(MAIL, countries=frozenset({"DE"})), HERE),
        (MAIL, replace(HERE, switches=(Switch(country="US"),))),
    ],
)
def test_what_is_met_closes_nothing(route: Route, situation: Situation) -> None:
    assert closed_by(route, situation) is None


def test_without_a_day_every_dated_paper_has_expired() -> None:
    dated = replace(SMS, papers=(("BAA", date(2999, 1, 1)),))
    assert closed_by(dated, Situation(tags=frozenset({"health"}))) == (Drop.PAPER, "BAA")


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

"""PROVIDERS and ROUTES, read into values or refused with a number."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from otpguard.conf.routes import ProviderConfig, RouteConfig, read_providers, read_routes
from otpguard.conf.values import SettingsError
from otpguard.core.assurance import Channel


def provider(**keys: Any) -> ProviderConfig:
    return read_providers({"a": {"BACKEND": "x.Y", **keys}})["a"]


def test_a_provider_says_where_it_keeps_data_and_on_which_papers() -> None:
    papers = {"BAA": "2027-12-31", "DPA": True, "PCI": False}
    made = provider(OPTIONS={"k": 1}, REGIONS=["US", "EU"], PAPERS=papers)
    assert (made.backend, made.options) == ("x.Y", {"k": 1})
    assert made.regions == {"US", "EU"}
    assert made.papers == {"BAA": date(2027, 12, 31), "DPA": None}


def test_without_a_word_nothing_is_known_of_a_provider() -> None:
    assert (provider().regions, provider().papers) == (frozenset(), {})


def test_routes_may_be_names_alone() -> None:
    assert read_routes(["b", "a"]) == (RouteConfig(provider="b"), RouteConfig(provider="a"))
    assert read_routes(()) == ()


def test_routes_may_say_what_each_is_for() -> None:
    [made] = read_routes(
        [
            {
                "PROVIDER": "a",
                "CHANNELS": ["sms"],
                "COUNTRIES": ["US"],
                "TENANTS": ["acme"],
                "REGIONS": ["US"],
                "PRIORITY": 2,
                "COST_MICROS": 8_800,
            }
        ]
    )
    assert made == RouteConfig(
        provider="a",
        channels=frozenset({Channel.SMS}),
        countries=frozenset({"US"}),
        tenants=frozenset({"acme"}),
        regions=frozenset({"US"}),
        priority=2,
        cost_micros=8_800,
    )


@pytest.mark.parametrize(
    ("keys", "number", "says"),
    [
        ({"PAPRES": {}}, "otpguard.E001", 'did you mean "PAPERS"'),
        ({"REGIONS": "US"}, "otpguard.E002", "list of strings"),
        ({"REGIONS": ["us"]}, "otpguard.E021", 'not "us"'),
        ({"PAPERS": {"BA": True}}, "otpguard.E021", 'did you mean "BAA"'),
        ({"PAPERS": {"BAA": "soon"}}, "otpguard.E021", "YYYY-MM-DD"),
        ({"PAPERS": {"BAA": datetime(2027, 1, 1)}}, "otpguard.E021", "YYYY-MM-DD"),  # noqa: DTZ001 (without a zone on purpose)
        ({"PAPERS": ["BAA"]}, "otpguard.E002", "dictionary"),
    ],
)
def test_a_mistake_about_a_provider_is_numbered(keys: Any, number: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        provider(**keys)
    assert raised.value.problem.check == number


@pytest.mark.parametrize(
    ("value", "number", "says"),
    [
        ("sms", "otpguard.E002", "list of strings"),
        ([{"PROVIDER": "a"}, "b"], "otpguard.E022", "route 2: needs a PROVIDER"),
        ([{}], "otpguard.E022", "route 1: needs a PROVIDER"),
        ([{"PROVIDER": "a", "COUNTRY": ["US"]}], "otpguard.E001", 'did you mean "COUNTRIES"'),
        ([{"PROVIDER": "a", "CHANNELS": ["fax"]}], "otpguard.E022", "CHANNELS are of: sms"),
        ([{"PROVIDER": "a", "COUNTRIES": ["USA"]}], "otpguard.E022", 'not "USA"'),
        ([{"PROVIDER": "a", "REGIONS": ["eu"]}], "otpguard.E022", 'not "eu"'),
        ([{"PROVIDER": "a", "PRIORITY": -1}], "otpguard.E002", "type int"),
        ([{"PROVIDER": "a", "COST_MICROS": "8"}], "otpguard.E002", "type int"),
    ],
)
def test_a_mistake_about_a_route_is_numbered(value: Any, number: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        read_routes(value)
    assert raised.value.problem.check == number

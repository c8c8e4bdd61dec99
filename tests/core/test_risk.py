"""The risk of a login: each reason has its points, and the limit decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.core.policy_choices import LoginWhen
from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind
from otpguard.core.risk import (
    NOT_EVALUATED,
    POINTS,
    IdpRisk,
    LoginFacts,
    LoginRisk,
    RiskReason,
    RiskTerms,
    SeenPlace,
    is_asked,
    login_risk,
    phone_serves,
    read_reasons,
)

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TERMS = RiskTerms(record_only=False)
HOME = NetworkFacts(kind=NetworkKind.ORDINARY, asn=64_496, country="US")
ABROAD = NetworkFacts(kind=NetworkKind.ORDINARY, asn=64_497, country="DE")


def place(country: str = "US", asn: int = 64_496, *, ago: timedelta) -> SeenPlace:
    return SeenPlace(country=country, asn=asn, at=NOW - ago)


def risk(**known: Any) -> LoginRisk:
    known.setdefault("places", [place(ago=timedelta(days=1))])
    known.setdefault("recognized", True)
    known.setdefault("network", HOME)
    return login_risk(LoginFacts(now=NOW, **known), TERMS)


def asked(found: LoginRisk) -> bool:
    return is_asked(found, when=LoginWhen.RISK, terms=TERMS)


def test_a_recognized_device_at_a_known_place_is_no_risk() -> None:
    assert risk() == LoginRisk(score=0)


def test_a_new_device_alone_is_asked() -> None:
    found = risk(recognized=False)
    assert found.reasons == (RiskReason.NEW_DEVICE,)
    assert asked(found)


def test_a_recognized_device_is_not_asked_for_traveling() -> None:
    found = risk(network=ABROAD)
    assert set(found.reasons) == {RiskReason.NEW_NETWORK, RiskReason.NEW_COUNTRY}
    assert not asked(found)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(timedelta(hours=2), True), (timedelta(hours=2, seconds=1), False)],
)
def test_two_countries_within_two_hours_are_asked_on_any_device(
    ago: timedelta, expected: bool
) -> None:
    found = risk(network=ABROAD, places=[place(ago=ago), place("DE", 64_497, ago=timedelta(9))])
    assert (RiskReason.IMPOSSIBLE_TRAVEL in found.reasons) is expected
    assert asked(found) is expected


def test_a_place_that_the_data_does_not_know_says_nothing() -> None:
    nowhere = NetworkFacts(kind=NetworkKind.UNKNOWN)
    assert risk(network=nowhere).score == 0
    assert risk(network=ABROAD, places=[place("", 0, ago=timedelta(minutes=1))]).score == 0
    assert risk(network=ABROAD, places=[]).score == 0, "a first login has nothing to compare"


@pytest.mark.parametrize(
    ("days", "expected"), [(89, ()), (90, (RiskReason.DORMANT,)), (400, (RiskReason.DORMANT,))]
)
def test_an_account_without_logins_for_long_is_dormant(days: int, expected: object) -> None:
    assert risk(places=[place(ago=timedelta(days=days))]).reasons == expected


@pytest.mark.parametrize(("count", "expected"), [(4, ()), (5, (RiskReason.WRONG_ANSWERS,))])
def test_many_wrong_answers_before_are_a_reason(count: int, expected: object) -> None:
    assert risk(wrong_answers=count).reasons == expected


@pytest.mark.parametrize(("count", "expected"), [(9, ()), (10, (RiskReason.WRONG_PASSWORDS,))])
def test_many_wrong_passwords_before_are_a_reason(count: int, expected: object) -> None:
    assert risk(wrong_passwords=count).reasons == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (NetworkKind.HOSTING, (RiskReason.HOSTING,)),
        (NetworkKind.PROXY, (RiskReason.HOSTING,)),
        (NetworkKind.TOR, (RiskReason.TOR,)),
        (NetworkKind.OFF, ()),
    ],
)
def test_what_stands_behind_the_network_counts(kind: NetworkKind, expected: object) -> None:
    network = NetworkFacts(kind=kind, asn=64_496, country="US")
    assert risk(network=network).reasons == expected


@pytest.mark.parametrize(
    ("idp", "expected"),
    [
        (None, ()),
        (IdpRisk.LOW, ()),
        (IdpRisk.MEDIUM, (RiskReason.IDP_MEDIUM,)),
        (IdpRisk.HIGH, (RiskReason.IDP_HIGH,)),
        (IdpRisk.UNKNOWN, (RiskReason.IDP_UNKNOWN,)),
    ],
)
def test_the_identity_provider_has_a_say(idp: IdpRisk | None, expected: object) -> None:
    assert risk(idp=idp).reasons == expected


def test_the_heaviest_reason_comes_first_and_the_sum_ends_at_a_hundred() -> None:
    found = risk(recognized=False, network=ABROAD, idp=IdpRisk.HIGH)
    assert found.score == 100
    assert found.reasons[0] is RiskReason.IDP_HIGH
    assert [POINTS[each] for each in found.reasons] == [60, 40, 20, 10]


def test_every_reason_has_points() -> None:
    assert set(POINTS) == set(RiskReason)


def test_record_only_asks_nobody_for_a_risk_but_always_asks_all() -> None:
    records = RiskTerms(record_only=True)
    assert not is_asked(NOT_EVALUATED, when=LoginWhen.RISK, terms=records)
    assert is_asked(LoginRisk(score=0), when=LoginWhen.ALWAYS, terms=records)


def test_a_login_that_nobody_evaluated_is_asked() -> None:
    assert asked(NOT_EVALUATED)
    assert NOT_EVALUATED.new_device


@pytest.mark.parametrize(
    ("admin", "new", "swapped", "serves"),
    [
        (True, True, None, False),
        (True, True, True, False),
        (True, True, False, True),
        (True, False, None, True),
        (False, True, None, True),
    ],
)
def test_a_phone_does_not_serve_an_administrator_on_a_new_device_unless_vouched_for(
    admin: bool, new: bool, swapped: bool | None, serves: bool
) -> None:
    found = risk(recognized=not new)
    assert phone_serves(found, is_admin=admin, swapped=swapped) is serves


def test_reasons_of_another_release_are_left_out() -> None:
    assert read_reasons(["new_device", "moon_phase"]) == (RiskReason.NEW_DEVICE,)

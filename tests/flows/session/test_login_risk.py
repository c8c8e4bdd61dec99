"""A login is evaluated when it happens, in two statements, and its place is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.intel.number_report import NumberReport
from otpguard.core.risk import IdpRisk, LoginRisk, RiskReason
from otpguard.flows.session.login import begin_login
from otpguard.flows.session.login_risk import ask_about_sim, evaluate_login
from otpguard.flows.session.wrong_password import note_wrong_password
from otpguard.models import Challenge, Event, LoginPlace, LoginSession
from otpguard.testing.racing import race
from tests import factories, network_files
from tests.intel.made_vendor import ASKED, SAID, configured

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def network(settings: Any, tmp_path: Path) -> None:
    """Networks are known."""
    file = tmp_path / "network.mmdb"
    network_files.write_network_file(file)
    settings.OTPGUARD = {**settings.OTPGUARD, "NETWORK_FILES": [str(file)]}


def at(client_ip: str, facts: RequestFacts, **more: Any) -> RequestFacts:
    return replace(facts, client_ip=client_ip, **more)


def evaluate(facts: RequestFacts, idp: IdpRisk | None = None) -> LoginRisk:
    return evaluate_login(facts, idp=idp)


def test_a_login_costs_two_statements_more() -> None:
    facts = at(network_files.ORDINARY, factories.facts(factories.user()))
    device = factories.device(factories.user())
    for each in (facts, replace(facts, device=device)):
        with CaptureQueriesContext(connection) as seen:
            evaluate(each)
        assert len(seen) == 2, [query["sql"] for query in seen]


def test_a_place_is_remembered_once_without_the_ip_address() -> None:
    facts = at(network_files.ORDINARY, factories.facts(factories.user()))
    evaluate(facts)
    later = replace(facts, now=facts.now + timedelta(days=1))
    evaluate(later)
    row = LoginPlace.objects.get()
    assert (row.country, row.asn) == ("US", 64_496)
    assert (row.first_seen_at, row.last_seen_at) == (facts.now, later.now)


def test_a_browser_is_recognized_after_it_has_proven_a_factor_lately() -> None:
    user = factories.user()
    facts = at(network_files.ORDINARY, factories.facts(user))
    evaluate(facts)
    assert evaluate(facts).reasons == (RiskReason.NEW_DEVICE,)
    known = replace(facts, device=factories.device(user))
    assert evaluate(known) == LoginRisk(score=0)
    late = replace(known, now=facts.now + timedelta(days=31))
    assert evaluate(late).reasons == (RiskReason.NEW_DEVICE,), "remembered for 30 days"
    foreign = replace(facts, device=factories.device(factories.user()))
    assert evaluate(foreign).reasons == (RiskReason.NEW_DEVICE,), "somebody else's"


def test_another_country_within_two_hours_is_told() -> None:
    facts = at(network_files.ORDINARY, factories.facts(factories.user()))
    evaluate(facts)
    found = evaluate(at(network_files.TOR, facts, now=facts.now + timedelta(hours=1)))
    assert {RiskReason.IMPOSSIBLE_TRAVEL, RiskReason.TOR, RiskReason.NEW_COUNTRY} <= set(
        found.reasons
    )


def test_places_of_others_say_nothing() -> None:
    evaluate(at(network_files.TOR, factories.facts(factories.user())))
    facts = at(network_files.ORDINARY, factories.facts(factories.user()))
    assert evaluate(facts).reasons == (RiskReason.NEW_DEVICE,)


def test_wrong_codes_before_are_counted_for_a_day_and_for_the_person_alone() -> None:
    user = factories.user()
    facts = at(network_files.ORDINARY, factories.facts(user))
    evaluate(facts)
    for each in (user, user, factories.user()):
        Challenge.objects.create(
            seed=bytes(16),
            key_id="key",
            sid="sid",
            story=uuid4(),
            user=each,
            checkpoint="api_key",
            level=2,
            primary="password",
            attempts=3,
            expires_at=facts.now + timedelta(minutes=10),
        )
    assert RiskReason.WRONG_ANSWERS in evaluate(facts).reasons
    tomorrow = replace(facts, now=facts.now + timedelta(days=1, minutes=1))
    assert RiskReason.WRONG_ANSWERS not in evaluate(tomorrow).reasons


def test_the_session_and_the_log_have_score_and_reasons() -> None:
    user = factories.user()
    facts = at(network_files.TOR, factories.facts(user))
    begin_login(
        facts=facts,
        backend="",
        primary=Primary.SSO,
        authenticated_at=facts.now,
        idp=IdpRisk.MEDIUM,
    )
    row = LoginSession.objects.get()
    assert row.risk == 100
    assert set(row.risk_reasons) == {"new_device", "tor_network", "idp_risk_medium"}
    body = Event.objects.get(kind="session.started").body
    assert '"risk":100' in body.replace(" ", "")
    assert "tor_network" in body


def test_a_session_whose_login_was_not_seen_is_not_evaluated() -> None:
    facts = factories.facts(factories.user())
    begin_login(facts=facts, backend="", primary=Primary.NONE, authenticated_at=None)
    assert LoginSession.objects.get().risk is None
    assert not LoginPlace.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_logins_from_one_place_at_once_remember_it_once() -> None:
    facts = at(network_files.ORDINARY, factories.facts(factories.user()))

    def log_in() -> None:
        begin_login(facts=facts, backend="", primary=Primary.PASSWORD, authenticated_at=facts.now)

    race(log_in, threads=4)
    assert (LoginPlace.objects.count(), LoginSession.objects.count()) == (1, 4)


def vouched(settings: Any, said: NumberReport, reasons: list[str]) -> bool:
    SAID.clear()
    ASKED.clear()
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": configured()}
    SAID["made"] = said
    user = factories.user()
    factories.phone_factor(user)
    session = factories.session(user, risk=40, risk_reasons=reasons)
    ask_about_sim(factories.facts(user, sid=session.sid))
    SAID.clear()
    session.refresh_from_db()
    return session.sim_unchanged


@pytest.mark.parametrize(("swapped", "expected"), [(False, True), (True, False), (None, False)])
def test_only_a_vendor_that_knows_of_no_swap_vouches_for_the_phones(
    settings: Any, swapped: bool | None, expected: bool
) -> None:
    assert vouched(settings, NumberReport(swapped=swapped), ["new_device"]) is expected


def test_no_vendor_is_asked_about_a_device_that_is_recognized(settings: Any) -> None:
    assert not vouched(settings, NumberReport(swapped=False), ["tor_network"])
    assert ASKED == []


def test_wrong_passwords_are_counted_for_the_names_of_the_person_alone() -> None:
    facts = at(network_files.ORDINARY, factories.facts(factories.user()))
    names = ["kim", "kim@example.com"]
    evaluate_login(facts, idp=None, names=names)
    for name in ("kim", "KIM@example.com", "lee"):
        for _ in range(5):
            note_wrong_password(names=[name], now=facts.now)
    assert RiskReason.WRONG_PASSWORDS in evaluate_login(facts, idp=None, names=names).reasons
    for others in (["lee"], ["kim"], []):
        found = evaluate_login(facts, idp=None, names=others)
        assert RiskReason.WRONG_PASSWORDS not in found.reasons, others
    tomorrow = replace(facts, now=facts.now + timedelta(days=1, hours=1))
    found = evaluate_login(tomorrow, idp=None, names=names)
    assert RiskReason.WRONG_PASSWORDS not in found.reasons

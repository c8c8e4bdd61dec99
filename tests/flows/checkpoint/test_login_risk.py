"""What the login checkpoint asks depends on the risk of the login, the policy and the mode."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.policy import Policy
from otpguard.core.policy_choices import LoginWhen
from otpguard.core.risk import NOT_EVALUATED, RiskReason
from otpguard.core.shipped_kinds import PHONE
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.checkpoint.login_risk import by_risk, risk_of_session
from tests import factories
from tests.store_down import store_down

pytestmark = pytest.mark.django_db
NOBODY: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def enforced(settings: Any) -> None:
    """Risky logins are asked."""
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_RISK": {"MODE": "enforce"}}


def policy(risk: int | None, *reasons: str, roles: frozenset[str] = NOBODY, **more: Any) -> Policy:
    user = more.pop("user", None) or factories.user()
    unchanged = more.pop("sim_unchanged", False)
    session = factories.session(
        user, risk=risk, risk_reasons=list(reasons), sim_unchanged=unchanged
    )
    return by_risk(factories.facts(user, sid=session.sid), Policy(**more), roles=roles)


def test_a_risky_login_is_asked_and_another_one_is_not() -> None:
    assert policy(40).active
    assert not policy(39).active


def test_a_login_that_nobody_evaluated_is_asked() -> None:
    assert policy(None).active
    user = factories.user()
    assert by_risk(factories.facts(user), Policy(), roles=NOBODY).active, "without a sid"


def test_the_policy_says_off_or_always() -> None:
    assert not policy(100, active=False).active
    assert policy(0, login_when=LoginWhen.ALWAYS).active


def test_while_it_only_records_no_risk_is_asked_for(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_RISK": {}}
    assert not policy(100).active
    assert policy(0, login_when=LoginWhen.ALWAYS).active


def test_an_administrator_of_any_tenant_on_a_new_device_confirms_without_a_phone() -> None:
    admin = factories.member(factories.tenant(), roles=["billing_admin"]).user
    assert PHONE.slug not in policy(40, "new_device", user=admin).allowed_factors
    staff = factories.user(is_staff=True)
    assert PHONE.slug not in policy(40, "new_device", user=staff).allowed_factors
    host_role = policy(40, "new_device", roles=frozenset({"admin"}))
    assert PHONE.slug not in host_role.allowed_factors


def test_a_phone_serves_others_known_devices_and_sims_that_are_vouched_for() -> None:
    admin = factories.member(factories.tenant(), roles=["admin"]).user
    assert PHONE.slug in policy(40, "new_device").allowed_factors
    assert PHONE.slug in policy(40, "tor_network", user=admin).allowed_factors
    assert PHONE.slug in policy(40, "new_device", user=admin, sim_unchanged=True).allowed_factors


def test_the_risk_of_somebody_elses_session_is_not_read() -> None:
    session = factories.session(factories.user(), risk=0)
    facts = factories.facts(factories.user(), sid=session.sid)
    assert risk_of_session(facts).risk == NOT_EVALUATED


def test_what_was_found_is_read_again() -> None:
    user = factories.user()
    session = factories.session(user, risk=80, risk_reasons=["tor_network", "new_device"])
    found = risk_of_session(factories.facts(user, sid=session.sid)).risk
    assert (found.score, found.reasons) == (80, (RiskReason.TOR, RiskReason.NEW_DEVICE))


def test_without_a_store_nobody_passes() -> None:
    facts = factories.facts(factories.user(), sid="sid")
    with store_down(), pytest.raises(StoreUnavailable):
        by_risk(facts, Policy(), roles=NOBODY)

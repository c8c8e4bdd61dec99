"""LOGIN_RISK has defaults, and a mistake in it is numbered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.conf.load import problems
from otpguard.conf.people.login_risk import LoginRiskConfig, idp_risk_reader, read_login_risk

NOT_A_FUNCTION = 7


def told(_request: object, _user: object) -> str:
    """An identity provider's risk."""
    return "low"


def test_nobody_is_asked_until_the_mode_says_so() -> None:
    assert read_login_risk({}) == LoginRiskConfig()
    assert read_login_risk({}).terms.record_only
    assert not read_login_risk({"MODE": "enforce"}).terms.record_only


def test_numbers_become_limits() -> None:
    found = read_login_risk({"ASK_FROM": 60, "DORMANT_DAYS": 30, "REMEMBER_DAYS": 7})
    assert (found.terms.ask_from, found.terms.dormant) == (60, timedelta(days=30))
    assert found.remembered == timedelta(days=7)


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ({"MOOD": 1}, "otpguard.E001"),
        ({"MODE": "maybe"}, "otpguard.E002"),
        ({"ASK_FROM": 0}, "otpguard.E002"),
        ({"ASK_FROM": 101}, "otpguard.E002"),
        ({"REMEMBER_DAYS": 181}, "otpguard.E002"),
        ({"IDP_RISK": 3}, "otpguard.E002"),
    ],
)
def test_a_mistake_has_its_number(value: object, check: str) -> None:
    assert [each.check for each in problems({"LOGIN_RISK": value})] == [check]


def test_the_function_of_the_identity_provider_is_found_by_its_path() -> None:
    assert idp_risk_reader(LoginRiskConfig()) is None
    assert idp_risk_reader(LoginRiskConfig(idp_risk=f"{__name__}.told")) is told
    with pytest.raises(ImportError):
        idp_risk_reader(LoginRiskConfig(idp_risk="no.such"))
    with pytest.raises(TypeError):
        idp_risk_reader(LoginRiskConfig(idp_risk=f"{__name__}.NOT_A_FUNCTION"))

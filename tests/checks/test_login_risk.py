"""Checks of LOGIN_RISK."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.checks.login_risk import check_login_risk
from otpguard.checks.options import check_settings
from otpguard.checks.project import LOGIN
from tests.checks.projects import Case, names, ours, try_check

ON = {"login": {"active": True}}
CASES: list[Case] = [
    ("otpguard.E150", ours(LOGIN_RISK={"IDP_RISK": "no.such"}), ours(LOGIN_RISK={})),
    (
        "otpguard.W150",
        ours(POLICY_DEFAULTS=ON),
        {**ours(POLICY_DEFAULTS=ON), "MIDDLEWARE": [LOGIN]},
    ),
    ("otpguard.W150", ours(POLICY_DEFAULTS=ON), ours()),
]
DEPLOYED: list[Case] = [
    (
        "otpguard.W152",
        ours(POLICY_DEFAULTS=ON),
        ours(POLICY_DEFAULTS=ON, LOGIN_RISK={"MODE": "enforce"}),
    ),
    ("otpguard.W152", ours(POLICY_DEFAULTS=ON), ours()),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_risks_that_nobody_would_act_upon_are_told(number: str, wrong: Any, right: Any) -> None:
    try_check(check_settings, number, wrong, right)


@pytest.mark.parametrize(("number", "wrong", "right"), DEPLOYED, ids=names(DEPLOYED))
def test_production_is_told_that_it_only_records(number: str, wrong: Any, right: Any) -> None:
    try_check(check_login_risk, number, wrong, right)


def test_a_wrong_dictionary_is_left_to_its_own_check(settings: Any) -> None:
    settings.OTPGUARD = {"LOGIN_RISK": {"MODE": "maybe"}}
    assert check_login_risk() == []

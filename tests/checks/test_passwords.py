"""Checks of the validator of breached passwords."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.checks.options import check_settings
from otpguard.checks.passwords import VALIDATOR
from tests.checks.projects import Case, names, ours, try_check


def listed(**options: Any) -> Any:
    return {**ours(), "AUTH_PASSWORD_VALIDATORS": [{"NAME": VALIDATOR, "OPTIONS": options}]}


CASES: list[Case] = [
    ("otpguard.E220", listed(no_such=1), listed()),
    ("otpguard.E220", listed(least=0), listed(least=3)),
    ("otpguard.E220", listed(url="http://example.com"), listed(url="https://example.com/range/")),
    ("otpguard.E221", listed(file="/no/such/file"), listed(file=__file__)),
]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES, ids=names(CASES))
def test_a_validator_that_would_fail_at_the_first_password_is_told(
    number: str, wrong: Any, right: Any
) -> None:
    try_check(check_settings, number, wrong, right)

"""SIGNUP has defaults, and a mistake in it is numbered."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf import problems
from otpguard.conf.people.signup import SignupConfig, read_signup
from otpguard.core.signup import Identity, SignupVerification


def test_people_try_the_product_first() -> None:
    made = read_signup({})
    assert made == SignupConfig()
    assert made.verification is SignupVerification.DEFERRED
    assert made.identity is Identity.PHONE


def test_each_value_is_read() -> None:
    checks = {"BACKEND": "acme.Checks", "OPTIONS": {"vendor": "x"}}
    made = read_signup({"VERIFICATION": "always", "IDENTITY": "ial2", "CHECKS": checks})
    assert made.verification is SignupVerification.ALWAYS
    assert made.identity is Identity.IAL2
    assert made.checks is not None
    assert (made.checks.backend, made.checks.options) == ("acme.Checks", {"vendor": "x"})


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ({"IDENTIY": "phone"}, "otpguard.E001"),
        ({"IDENTITY": "ial3"}, "otpguard.E002"),
        ({"VERIFICATION": True}, "otpguard.E002"),
        ("always", "otpguard.E002"),
        ({"CHECKS": "acme.Checks"}, "otpguard.E002"),
        ({"IDENTITY": "phone_email"}, "otpguard.E128"),
        ({"IDENTITY": "ial2"}, "otpguard.E128"),
    ],
)
def test_a_mistake_has_its_number(value: Any, check: str) -> None:
    assert [each.check for each in problems({"SIGNUP": value})] == [check]

"""HYGIENE has defaults, and a mistake in it is numbered."""

from __future__ import annotations

import pytest

from otpguard.conf import problems
from otpguard.conf.hygiene import HygieneConfig, read_hygiene


def test_what_is_not_said_has_its_default() -> None:
    assert read_hygiene({}) == HygieneConfig()
    assert read_hygiene({"NUMBER_TENANTS": 0}) == HygieneConfig(number_tenants=0)
    usual = HygieneConfig()
    assert (usual.number_tenants, usual.number_days) == (3, 30)
    assert (usual.number_accounts_strict, usual.number_accounts) == (2, 3)


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ([], "otpguard.E002"),
        ({"NUMBER_TENANT": 3}, "otpguard.E001"),
        ({"NUMBER_TENANTS": -1}, "otpguard.E002"),
        ({"NUMBER_DAYS": True}, "otpguard.E002"),
        ({"DOMAINS_FILE": 1}, "otpguard.E002"),
    ],
)
def test_a_mistake_is_numbered(value: object, check: str) -> None:
    assert [each.check for each in problems({"HYGIENE": value})] == [check]

"""API_KEYS has defaults, and a mistake in it is numbered."""

from __future__ import annotations

import pytest

from otpguard.conf import problems
from otpguard.conf.api_keys import ApiKeyConfig, read_api_keys


def test_what_is_not_said_has_its_default() -> None:
    assert read_api_keys({}) == ApiKeyConfig(prefix="otpg", rotation_days=90)
    assert read_api_keys({"ROTATION_DAYS": 0}).rotation_days == 0
    assert read_api_keys({"SCOPES": {"read": "Read"}}).scopes == {"read": "Read"}


@pytest.mark.parametrize(
    ("value", "check"),
    [
        ([], "otpguard.E002"),
        ({"PREFIXX": "acme"}, "otpguard.E137"),
        ({"PREFIX": "a"}, "otpguard.E137"),
        ({"PREFIX": "acme_"}, "otpguard.E137"),
        ({"PREFIX": 7}, "otpguard.E002"),
        ({"SCOPES": ["read"]}, "otpguard.E002"),
        ({"SCOPES": {"": "Read"}}, "otpguard.E137"),
        ({"SCOPES": {"read": ""}}, "otpguard.E137"),
        ({"SCOPES": {"r" * 256: "Read"}}, "otpguard.E137"),
        ({"ROTATION_DAYS": -1}, "otpguard.E002"),
        ({"ROTATION_DAYS": 3651}, "otpguard.E137"),
    ],
)
def test_a_mistake_is_numbered(value: object, check: str) -> None:
    assert [each.check for each in problems({"API_KEYS": value})] == [check]

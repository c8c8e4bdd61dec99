"""What is wrong with a value is said with the number of its check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from otpguard import conf


@pytest.mark.parametrize(
    ("raw", "number", "says"),
    [
        ({"PRESETT": 1}, "otpguard.E001", 'did you mean "PRESET"'),
        ({"CHECKPOINTS": {"payout": {"LABLE": "x"}}}, "otpguard.E001", 'did you mean "LABEL"'),
        (
            {"PROVIDERS": {"a": {"BACKEND": "x.Y", "OPTION": {}}}},
            "otpguard.E001",
            'did you mean "OPTIONS"',
        ),
        ({"PROVIDERS": {"a": {}}}, "otpguard.E002", "needs a BACKEND"),
        (
            {"PROVIDERS": {"a": {"BACKEND": "x.Y", "WEBHOOK_SECRET": "short"}}},
            "otpguard.E009",
            "WEBHOOK_SECRET is too short",
        ),
        ({"PROVIDERS": {"a": {"BACKEND": "x.Y", "OPTIONS": 1}}}, "otpguard.E002", "dictionary"),
        ({"ROUTES": "sms"}, "otpguard.E002", "list of strings"),
        ({"WORKER": "thread"}, "otpguard.E002", "celery, inline"),
        ({"BRAND": None}, "otpguard.E002", "type str"),
        ({"TRUSTED_PROXIES": True}, "otpguard.E002", "type int"),
        ({"TRUSTED_PROXIES": -1}, "otpguard.E002", "type int"),
        ({"FRESH_LOGIN": "ten"}, "otpguard.E002", "type int"),
        ({"EXCEPTION_REMINDER_DAYS": "two weeks"}, "otpguard.E002", "type int"),
        ({"EXCEPTION_REMINDER_DAYS": -1}, "otpguard.E002", "type int"),
        ({"EXCEPTION_REMINDER_DAYS": 366}, "otpguard.E002", "0 to 365 days"),
        ({"ASSURANCE_PROFILE": "nist"}, "otpguard.E002", "nist-800-63b-4"),
        ({"LOGIN_BACKENDS": {"x": "magic"}}, "otpguard.E002", "password"),
        ({"REPORT_ONLY": {"api_key": "soon"}}, "otpguard.E002", "YYYY-MM-DD"),
        ({"REPORT_ONLY": {"apikey": "2026-01-01"}}, "otpguard.E003", 'mean "api_key"'),
        ({"URL_CHECKPOINTS": {"home": "apikey"}}, "otpguard.E003", 'mean "api_key"'),
        ({"ENROLLMENT_EXEMPT": ["*"]}, "otpguard.E002", "would open everything"),
        ({"POLICY_FLOOR": {"api_kee": {}}}, "otpguard.E003", 'mean "api_key"'),
        ({"CHECKPOINTS": {"api_key": {}}}, "otpguard.E003", "built in"),
        ({"TENANCY": "one"}, "otpguard.E002", "multi, single"),
        ({"SINGLE_ROLES": {"is_staff": ["A"]}}, "otpguard.E002", "not a role name"),
        ({"CHECKPOINTS": {"Pay Out": {}}}, "otpguard.E003", "not a checkpoint name"),
        ({"POLICY_DEFAULTS": {"*": {"ttl": 31 * 60}}}, "otpguard.E004", "ttl: must be"),
        ({"POLICY_DEFAULTS": {"*": {"tttl": 60}}}, "otpguard.E004", 'mean "ttl"'),
        (
            {"CHECKPOINTS": {"payout": {"POLICY": {"max_attempts": 6}}}},
            "otpguard.E004",
            "max_attempts",
        ),
    ],
)
def test_a_wrong_value_is_numbered_and_explained(
    raw: Mapping[str, Any], number: str, says: str
) -> None:
    [problem] = conf.problems(raw)
    assert problem.check == number
    assert says in problem.message


def test_thirty_minutes_are_still_in_bounds() -> None:
    assert conf.problems({"POLICY_DEFAULTS": {"*": {"ttl": 30 * 60}}}) == []

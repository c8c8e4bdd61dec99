"""The host's checks are loaded once, and must be some."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.intel.identity import identity_checks
from tests.intel.made_checks import MadeChecks, signup


def test_without_a_setting_there_are_none(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIGNUP": {}}
    assert identity_checks() is None


def test_they_are_made_once(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIGNUP": signup("phone_email")}
    assert isinstance(identity_checks(), MadeChecks)
    assert identity_checks() is identity_checks()


@pytest.mark.parametrize(
    ("checks", "error"),
    [
        ({"BACKEND": "tests.intel.made_vendor.NoVendor"}, TypeError),
        ({"BACKEND": "x.y"}, ImportError),
        ({"BACKEND": "tests.intel.made_checks.MadeChecks", "OPTIONS": {"a": 1}}, TypeError),
    ],
)
def test_what_is_none_is_refused(settings: Any, checks: Any, error: type[Exception]) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIGNUP": {"CHECKS": checks}}
    with pytest.raises(error):
        identity_checks()

"""The port of hosted captchas: none by default, one by the setting."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.intel.captcha import Captcha, captcha
from otpguard.intel.turnstile import Turnstile

OPTIONS = {"site_key": "site", "secret_key": "secret", "hostnames": ["app.example.com"]}
TURNSTILE = {"BACKEND": "otpguard.intel.turnstile.Turnstile", "OPTIONS": OPTIONS}


def test_without_the_setting_there_is_none() -> None:
    assert captcha() is None


def test_the_setting_makes_one_once(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "CAPTCHA": TURNSTILE}
    made = captcha()
    assert isinstance(made, Turnstile)
    assert isinstance(made, Captcha)
    assert captcha() is made


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({"BACKEND": "otpguard.intel.nowhere.Captcha"}, ImportError),
        ({"BACKEND": "builtins.dict"}, TypeError),
        ({**TURNSTILE, "OPTIONS": {**OPTIONS, "hostnames": []}}, ValueError),
        ({**TURNSTILE, "OPTIONS": {**OPTIONS, "hostnames": "app.example.com"}}, ValueError),
        ({**TURNSTILE, "OPTIONS": {**OPTIONS, "secret_key": ""}}, ValueError),
        ({**TURNSTILE, "OPTIONS": {"site": "x"}}, TypeError),
    ],
)
def test_what_is_no_captcha_raises(
    settings: Any, value: dict[str, Any], error: type[Exception]
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "CAPTCHA": value}
    with pytest.raises(error):
        captcha()

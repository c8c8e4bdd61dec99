"""Checks of the hosted captcha and of sites that show the form."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.checks.options import check_settings

GOOD = {
    "BACKEND": "otpguard.intel.turnstile.Turnstile",
    "OPTIONS": {"site_key": "a", "secret_key": "b", "hostnames": ["app.example.com"]},
}


CASES: list[tuple[str, Any, Any]] = [
    (
        "otpguard.E135",
        {"EMBED_ORIGINS": ["https://*.example.com"]},
        {"EMBED_ORIGINS": ["https://www.example.com"]},
    ),
    ("otpguard.E136", {"CAPTCHA": {**GOOD, "OPTIONS": {}}}, {"CAPTCHA": GOOD}),
    (
        "otpguard.W135",
        {"EMBED_ORIGINS": ["http://localhost:3000"]},
        {"EMBED_ORIGINS": ["https://www.example.com"]},
    ),
]
"""A number, the settings that have it and those that do not."""


def found(settings: Any, **more: Any) -> list[str | None]:
    settings.OTPGUARD = {**settings.OTPGUARD, **more}
    return [each.id for each in check_settings()]


@pytest.mark.parametrize(("number", "wrong", "right"), CASES)
def test_a_mistake_has_its_number(settings: Any, number: str, wrong: Any, right: Any) -> None:
    assert number in found(settings, **wrong)
    assert number not in found(settings, **right)


def test_without_a_captcha_there_is_no_finding(settings: Any) -> None:
    assert "otpguard.E136" not in found(settings, CAPTCHA=None)


def test_a_captcha_that_cannot_be_imported_is_one(settings: Any) -> None:
    assert "otpguard.E136" in found(settings, CAPTCHA={"BACKEND": "x.y"})


def test_a_captcha_without_a_path_is_a_mistake_in_the_setting(settings: Any) -> None:
    assert found(settings, CAPTCHA="captcha") == ["otpguard.E002"]

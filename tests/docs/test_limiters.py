"""The page docs/limiters.md: its example keeps the contract by its own test."""

from __future__ import annotations

from django.test import override_settings

from otpguard.checks.options import check_settings
from tests.checks.projects import ours
from tests.docs.pages import modules_of

page = modules_of("limiters.md")

TestMeasuredLimiter = page["tests.test_limits"].TestMeasuredLimiter


def test_the_settings_of_the_page_pass_the_checks() -> None:
    with override_settings(**ours(**page["settings"].OTPGUARD)):
        assert check_settings() == []

"""The list stands where browsers look for it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from otpguard.checks.related_origins import WELL_KNOWN


def test_the_list_stands_at_the_root(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.web.related"
    assert reverse("otpguard_webauthn_origins") == WELL_KNOWN

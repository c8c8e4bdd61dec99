"""The numbers stand where collectors look for them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def test_they_stand_at_the_root(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.web.metrics_urls"
    assert reverse("otpguard_metrics") == "/metrics"

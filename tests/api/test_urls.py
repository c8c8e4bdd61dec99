"""The API's addresses."""

from __future__ import annotations

from django.urls import resolve, reverse


def test_a_policy_has_an_address_for_every_checkpoint() -> None:
    url = reverse("otpguard:api-policy", args=["api_key.production"])
    assert resolve(url).kwargs == {"checkpoint": "api_key.production"}

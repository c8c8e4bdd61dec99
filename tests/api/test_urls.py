"""The API's URLs."""

from __future__ import annotations

from django.urls import resolve, reverse


def test_a_policy_has_a_url_for_every_checkpoint() -> None:
    url = reverse("otpguard:api-policy", args=["api_key.production"])
    assert resolve(url).kwargs == {"checkpoint": "api_key.production"}


def test_the_rule_for_everybody_and_those_for_a_role_have_urls_of_their_own() -> None:
    everybody = reverse("otpguard:api-enrollment")
    admins = reverse("otpguard:api-enrollment-role", args=["admin"])
    assert admins == f"{everybody}admin/"
    assert resolve(admins).kwargs == {"role": "admin"}

"""Where SCIM is found."""

from __future__ import annotations

from django.urls import reverse


def test_each_organization_has_a_base_url() -> None:
    assert reverse("otpguard_scim:root", args=["acme"]) == "/scim/v2/acme/"
    assert reverse("otpguard_scim:resource", args=["acme", "Users"]) == "/scim/v2/acme/Users"

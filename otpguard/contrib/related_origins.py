"""The list of origins that share your passkeys, at the root of the site of RELYING_PARTY_ID.

path("", include("otpguard.contrib.related_origins")),

OTPGUARD = {
    "RELYING_PARTY_ID": "acme.com",
    "RELYING_PARTY_ORIGINS": ["https://app.acme.com", "https://acme.de"],
}
"""

from __future__ import annotations

from django.urls import path

from otpguard.web.related_origins import webauthn_origins

__all__ = ["urlpatterns"]

urlpatterns = [
    path(".well-known/webauthn", webauthn_origins, name="otpguard_webauthn_origins"),
]

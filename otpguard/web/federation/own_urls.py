"""Our own URLs in single sign-on: what people copy to their provider.

Nothing here needs the library that reads tokens, so pages of a site without it load.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from otpguard.federation.speakers import SamlPlaces

CALLBACK = "otpguard_sso_callback"
ACS, METADATA = "otpguard_sso_acs", "otpguard_sso_metadata"


def callback_url(request: HttpRequest) -> str:
    """The one address that providers send people back to."""
    return request.build_absolute_uri(reverse(CALLBACK))


def saml_places(request: HttpRequest) -> SamlPlaces:
    """Our own addresses in SAML."""
    return SamlPlaces(
        acs=request.build_absolute_uri(reverse(ACS)),
        entity=request.build_absolute_uri(reverse(METADATA)),
    )

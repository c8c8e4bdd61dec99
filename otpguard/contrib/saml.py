"""SAML beside the bare OIDC client.

    path("sso/", include("otpguard.contrib.single_sign_on")),
    path("saml/", include("otpguard.contrib.saml")),

Needs `pip install otpguard[oidc,saml]`. Providers are set up in the admin.
"""

from __future__ import annotations

from django.urls import path

from otpguard.federation.saml import PythonSaml
from otpguard.federation.speakers import speakers
from otpguard.web.federation.own_urls import ACS, METADATA
from otpguard.web.federation.saml import saml_acs, saml_metadata

__all__ = ["urlpatterns"]

speakers.saml = PythonSaml()

urlpatterns = [
    path("acs/", saml_acs, name=ACS),
    path("metadata/", saml_metadata, name=METADATA),
]

"""The guarded host with everything that an organization can set up for itself: single sign-on by
OIDC and SAML, and a directory; `ROOT_URLCONF = "tests.team_host"`."""

from __future__ import annotations

from django.urls import include, path

from tests.saml_host import urlpatterns as single_sign_on

urlpatterns = [*single_sign_on, path("scim/v2/", include("otpguard.scim.urls"))]

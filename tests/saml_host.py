"""The guarded host with single sign-on by OIDC and SAML; `ROOT_URLCONF = "tests.saml_host"`."""

from __future__ import annotations

from django.urls import include, path

from tests.sso_host import urlpatterns as single_sign_on

urlpatterns = [*single_sign_on, path("saml/", include("otpguard.contrib.saml"))]

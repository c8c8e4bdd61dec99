"""The guarded host whose logins come by allauth; `ROOT_URLCONF = "tests.allauth_sso_host"`."""

from __future__ import annotations

from django.urls import include, path

from tests.saml_host import urlpatterns as ours

urlpatterns = [
    *ours,
    path("accounts/", include("otpguard.contrib.allauth_sso.oidc")),
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/", include("allauth.socialaccount.providers.saml.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/social/", include("allauth.socialaccount.urls")),
]

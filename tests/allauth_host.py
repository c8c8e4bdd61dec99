"""A host that logs in by allauth, with our pages in place of its reset: `ROOT_URLCONF`."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("otpguard.contrib.allauth_reset")),
    path("accounts/", include("allauth.urls")),
    path("security/", include("otpguard.urls")),
]

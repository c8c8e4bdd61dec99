"""Mount everything: `path("security/", include("otpguard.urls"))`."""

from __future__ import annotations

from django.urls import include, path

app_name = "otpguard"

urlpatterns = [
    path("api/", include("otpguard.api.urls")),
    path("", include("otpguard.web.urls")),
]

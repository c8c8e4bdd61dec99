"""Mount everything: `path("security/", include("otpguard.urls"))`."""

from __future__ import annotations

from django.urls import include, path

from otpguard.database.non_atomic import non_atomic

app_name = "otpguard"

urlpatterns = non_atomic(
    [
        path("api/", include("otpguard.api.urls")),
        path("", include("otpguard.web.urls")),
    ]
)

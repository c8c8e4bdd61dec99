"""Mount them: `path("scim/v2/", include("otpguard.scim.urls"))`."""

from __future__ import annotations

from django.urls import path

from otpguard.database.non_atomic import non_atomic
from otpguard.scim.view import scim_view

app_name = "otpguard_scim"

urlpatterns = non_atomic(
    [
        path("<slug:slug>", scim_view, {"path": ""}),
        path("<slug:slug>/<path:path>", scim_view, name="resource"),
        path("<slug:slug>/", scim_view, {"path": ""}, name="root"),
    ]
)

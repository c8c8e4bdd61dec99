"""A host that mounts SCIM besides the rest."""

from __future__ import annotations

from django.urls import include, path

from tests.urls import urlpatterns as usual

urlpatterns = [*usual, path("scim/v2/", include("otpguard.scim.urls"))]

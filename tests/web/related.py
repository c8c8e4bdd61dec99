"""URLs of a site whose passkeys serve other domains: `ROOT_URLCONF = "tests.web.related"`."""

from __future__ import annotations

from django.urls import include, path

from tests.urls import urlpatterns as usual

urlpatterns = [path("", include("otpguard.contrib.related_origins")), *usual]

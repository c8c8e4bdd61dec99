"""The URLs of the tests with the numbers of the site beside them."""

from __future__ import annotations

from django.urls import include, path

from tests.urls import urlpatterns as usual

urlpatterns = [path("", include("otpguard.contrib.metrics")), *usual]

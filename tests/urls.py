"""URLs of the smallest project that can host otpguard."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("security/", include("otpguard.urls")),
]

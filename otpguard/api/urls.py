"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from otpguard.api.views import PolicyView

urlpatterns = [
    path("policies/<str:checkpoint>/", PolicyView.as_view(), name="api-policy"),
]

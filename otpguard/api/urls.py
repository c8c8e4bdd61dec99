"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from otpguard.api.enrollment import CoverageView, RoleRuleView, RulesView
from otpguard.api.views import PolicyView

urlpatterns = [
    path("policies/<str:checkpoint>/", PolicyView.as_view(), name="api-policy"),
    path("coverage/", CoverageView.as_view(), name="api-coverage"),
    path("enrollment/", RulesView.as_view(), name="api-enrollment"),
    path("enrollment/<str:role>/", RoleRuleView.as_view(), name="api-enrollment-role"),
]

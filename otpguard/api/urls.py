"""Addresses of the API."""

from __future__ import annotations

from django.urls import path

from otpguard.api.costs import CostsView
from otpguard.api.enrollment import CoverageView, RoleRuleView, RulesView
from otpguard.api.members import (
    ApprovalsView,
    DecisionView,
    FactorsView,
    ResetView,
    UnblockView,
)
from otpguard.api.views import PolicyView

urlpatterns = [
    path("policies/<str:checkpoint>/", PolicyView.as_view(), name="api-policy"),
    path("coverage/", CoverageView.as_view(), name="api-coverage"),
    path("costs/", CostsView.as_view(), name="api-costs"),
    path("enrollment/", RulesView.as_view(), name="api-enrollment"),
    path("enrollment/<str:role>/", RoleRuleView.as_view(), name="api-enrollment-role"),
    path("members/<str:user_id>/factors/", FactorsView.as_view(), name="api-member-factors"),
    path("members/<str:user_id>/reset/", ResetView.as_view(), name="api-member-reset"),
    path(
        "members/<str:user_id>/factors/<uuid:factor_id>/unblock/",
        UnblockView.as_view(),
        name="api-member-unblock",
    ),
    path("approvals/", ApprovalsView.as_view(), name="api-approvals"),
    path(
        "approvals/<uuid:approval_id>/approve/",
        DecisionView.as_view(approves=True),
        name="api-approve",
    ),
    path(
        "approvals/<uuid:approval_id>/refuse/",
        DecisionView.as_view(approves=False),
        name="api-refuse",
    ),
]

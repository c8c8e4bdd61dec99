"""URLs of the API."""

from __future__ import annotations

from django.urls import path

from otpguard.api.costs import CostsView
from otpguard.api.enrollment import CoverageView, RoleRuleView, RulesView
from otpguard.api.index import IndexView
from otpguard.api.members import (
    ApprovalsView,
    DecisionView,
    FactorsView,
    ResetView,
    UnblockView,
)
from otpguard.api.policy import PolicyView
from otpguard.api.policy_exception import EndExceptionView, ExceptionsView
from otpguard.api.schema import schema_urls

VIEWS = [
    path("policies/<str:checkpoint>/", PolicyView.as_view(), name="api-policy"),
    path("exceptions/", ExceptionsView.as_view(), name="api-exceptions"),
    path(
        "exceptions/<uuid:exception_id>/end/", EndExceptionView.as_view(), name="api-exception-end"
    ),
    path("coverage/", CoverageView.as_view(), name="api-coverage"),
    path("costs/", CostsView.as_view(), name="api-costs"),
    path("enrollment/", RulesView.as_view(), name="api-enrollment"),
    path("enrollment/<str:role>/", RoleRuleView.as_view(), name="api-enrollment-role"),
    path("members/<path:user_id>/factors/", FactorsView.as_view(), name="api-member-factors"),
    path("members/<path:user_id>/reset/", ResetView.as_view(), name="api-member-reset"),
    path(
        "members/<path:user_id>/factors/<uuid:factor_id>/unblock/",
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

urlpatterns = [
    path("", IndexView.as_view(patterns=tuple(VIEWS)), name="api-index"),
    *schema_urls(VIEWS),
    *VIEWS,
]

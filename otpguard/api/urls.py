"""URLs of the API."""

from __future__ import annotations

from django.urls import path

from otpguard.api.approvals import ApprovalsView, DecisionView
from otpguard.api.audit.exports import LogExportsView
from otpguard.api.audit.log import EventProofView, LogGrowthView, LogHeadView
from otpguard.api.audit.streams import (
    PauseStreamView,
    RefusedView,
    ReplayView,
    ResumeStreamView,
    StreamSecretView,
    StreamsView,
    StreamView,
    TestStreamView,
)
from otpguard.api.costs import CostsView
from otpguard.api.directory.groups import (
    DirectoryGroupsView,
    DirectoryGroupView,
    HeldRemovalsView,
)
from otpguard.api.directory.tokens import DirectoryTokensView, DirectoryTokenView
from otpguard.api.emergency import (
    EmergencyCodeView,
    EmergencyView,
    EndEmergencyView,
    EnvelopeView,
)
from otpguard.api.enrollment import CoverageView, RoleRuleView, RulesView
from otpguard.api.federation.domains import CheckDomainView, DomainsView, DomainView
from otpguard.api.index import IndexView
from otpguard.api.members import FactorsView, ResetView, UnblockView
from otpguard.api.policies.history import PolicyDiffView, PolicyRollbackView, PolicyVersionsView
from otpguard.api.policies.trial import PolicyTrialView
from otpguard.api.policy import PoliciesView, PolicyView
from otpguard.api.policy_exception import EndExceptionView, ExceptionsView
from otpguard.api.releases import CancelReleaseView, ReleasesView
from otpguard.api.schema import schema_urls
from otpguard.api.unknown import UnknownView
from otpguard.api.verification.verifications import (
    CancelView,
    CheckView,
    VerificationsView,
    VerificationView,
)

VIEWS = [
    path("policies/", PoliciesView.as_view(), name="api-policies"),
    path("policies/<str:checkpoint>/", PolicyView.as_view(), name="api-policy"),
    path("policies/<str:checkpoint>/trial/", PolicyTrialView.as_view(), name="api-policy-trial"),
    path(
        "policies/<str:checkpoint>/versions/",
        PolicyVersionsView.as_view(),
        name="api-policy-versions",
    ),
    path("policies/<str:checkpoint>/diff/", PolicyDiffView.as_view(), name="api-policy-diff"),
    path(
        "policies/<str:checkpoint>/rollback/",
        PolicyRollbackView.as_view(),
        name="api-policy-rollback",
    ),
    path("exceptions/", ExceptionsView.as_view(), name="api-exceptions"),
    path(
        "exceptions/<uuid:exception_id>/end/", EndExceptionView.as_view(), name="api-exception-end"
    ),
    path("coverage/", CoverageView.as_view(), name="api-coverage"),
    path("costs/", CostsView.as_view(), name="api-costs"),
    path("releases/", ReleasesView.as_view(), name="api-releases"),
    path(
        "releases/<uuid:release_id>/cancel/",
        CancelReleaseView.as_view(),
        name="api-release-cancel",
    ),
    path("audit/head/", LogHeadView.as_view(), name="api-log-head"),
    path("audit/growth/", LogGrowthView.as_view(), name="api-log-growth"),
    path("audit/exports/", LogExportsView.as_view(), name="api-log-exports"),
    path("audit/events/<uuid:event_id>/proof/", EventProofView.as_view(), name="api-event-proof"),
    path("streams/", StreamsView.as_view(), name="api-streams"),
    path("streams/<uuid:stream_id>/", StreamView.as_view(), name="api-stream"),
    path("streams/<uuid:stream_id>/pause/", PauseStreamView.as_view(), name="api-stream-pause"),
    path("streams/<uuid:stream_id>/resume/", ResumeStreamView.as_view(), name="api-stream-resume"),
    path("streams/<uuid:stream_id>/test/", TestStreamView.as_view(), name="api-stream-test"),
    path("streams/<uuid:stream_id>/replay/", ReplayView.as_view(), name="api-stream-replay"),
    path("streams/<uuid:stream_id>/secret/", StreamSecretView.as_view(), name="api-stream-secret"),
    path("streams/<uuid:stream_id>/refused/", RefusedView.as_view(), name="api-stream-refused"),
    path("directory/tokens/", DirectoryTokensView.as_view(), name="api-directory-tokens"),
    path(
        "directory/tokens/<uuid:token_id>/",
        DirectoryTokenView.as_view(),
        name="api-directory-token",
    ),
    path("directory/groups/", DirectoryGroupsView.as_view(), name="api-directory-groups"),
    path(
        "directory/groups/<uuid:group_id>/",
        DirectoryGroupView.as_view(),
        name="api-directory-group",
    ),
    path("directory/removals/", HeldRemovalsView.as_view(), name="api-directory-removals"),
    path("domains/", DomainsView.as_view(), name="api-domains"),
    path("domains/<uuid:domain_id>/", DomainView.as_view(), name="api-domain"),
    path("domains/<uuid:domain_id>/check/", CheckDomainView.as_view(), name="api-domain-check"),
    path("emergency/", EmergencyView.as_view(), name="api-emergency"),
    path("emergency/envelope/", EnvelopeView.as_view(), name="api-envelope"),
    path("emergency/enter/", EmergencyCodeView.as_view(), name="api-emergency-code"),
    path("emergency/<uuid:access_id>/end/", EndEmergencyView.as_view(), name="api-emergency-end"),
    path("enrollment/", RulesView.as_view(), name="api-enrollment"),
    path("enrollment/<str:role>/", RoleRuleView.as_view(), name="api-enrollment-role"),
    path("members/<path:user_id>/factors/", FactorsView.as_view(), name="api-member-factors"),
    path("members/<path:user_id>/reset/", ResetView.as_view(), name="api-member-reset"),
    path(
        "members/<path:user_id>/factors/<uuid:factor_id>/unblock/",
        UnblockView.as_view(),
        name="api-member-unblock",
    ),
    path("verifications/", VerificationsView.as_view(), name="api-verifications"),
    path(
        "verifications/<uuid:verification_id>/", VerificationView.as_view(), name="api-verification"
    ),
    path(
        "verifications/<uuid:verification_id>/check/",
        CheckView.as_view(),
        name="api-verification-check",
    ),
    path(
        "verifications/<uuid:verification_id>/cancel/",
        CancelView.as_view(),
        name="api-verification-cancel",
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
    # With a slash at the end, so that Django still redirects a path without one.
    path("<path:anything>/", UnknownView.as_view()),
]

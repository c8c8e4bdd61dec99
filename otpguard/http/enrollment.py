"""Enforced enrollment over HTTP: what stays open, and the response to anything else."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.views import serve as serve_static
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, reverse
from django.views.static import serve as serve_media

from otpguard.conf import settings
from otpguard.core.decision import Reason
from otpguard.core.enrollment import EnrollmentStatus, Overdue
from otpguard.core.facts import SAFE_METHODS
from otpguard.core.view_patterns import best_pattern
from otpguard.flows.tenant.enrollment import enrollment_status_of, record_overdue
from otpguard.http.facts import facts_from
from otpguard.http.login_views import is_login_or_logout
from otpguard.http.problems import problem, wants_problem
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import full_path, with_next
from otpguard.http.uncached import keep_uncached, uncached
from otpguard.labels import reason_text

APP = "otpguard"
PAGE = "otpguard:security"
LOGOUT_NAMES = frozenset({"logout", "account_logout"})
FILES = (serve_static, serve_media)
_STATUS = "_otpguard_enrollment"


def enrollment_status_of_request(request: HttpRequest) -> EnrollmentStatus:
    """What enrollment asks of the person of this request; read once, and again after a login.

    Knows `request.user` only, not a user whom a view authenticates itself. Raises StoreUnavailable.
    """
    facts = facts_from(request)
    who = (facts.user, facts.tenant)
    known: tuple[tuple[str, str], EnrollmentStatus] | None = request.__dict__.get(_STATUS)
    if known is None or known[0] != who:
        known = request.__dict__[_STATUS] = (who, enrollment_status_of(facts))
    return known[1]


def stays_open(request: HttpRequest, view: Any) -> bool:  # noqa: ANN401 (any view)
    """True for what somebody must reach to enroll or to leave: our own pages and API, login,
    logout, static and media files as Django serves them, and what the settings name."""
    match = request.resolver_match
    if match is None:
        return False
    return (
        APP in match.app_names
        or view in FILES
        or _is_named(match)
        or match.url_name in LOGOUT_NAMES
        or is_login_or_logout(view, match.view_name)
    )


def send_to_enrollment(request: HttpRequest, overdue: Overdue) -> HttpResponse:
    """Redirect a person to enrollment, or tell a client its URL; writes an event."""
    keep_uncached(request)
    record_overdue(facts=facts_from(request), overdue=overdue)
    url = reverse(PAGE)
    if wants_problem(request):
        return problem(
            403,
            str(Reason.ENROLLMENT_OVERDUE),
            "Enrollment is overdue",
            str(reason_text(Reason.ENROLLMENT_OVERDUE)),
            enroll_url=request.build_absolute_uri(url),
            level=overdue.level.name if overdue.level else None,
            deadline=overdue.deadline.isoformat(),
        )
    if request.method in SAFE_METHODS:
        url = with_next(url, full_path(request))
    return uncached(SeeOther(url))


def _is_named(match: ResolverMatch) -> bool:
    return best_pattern(settings().enrollment_exempt, match.view_name) is not None

"""Enforced enrollment as doors see it: what stays open, and the answer where it does not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings as django_settings
from django.contrib.auth.views import LoginView, LogoutView
from django.contrib.staticfiles.views import serve as serve_static
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils.http import escape_leading_slashes
from django.views.static import serve as serve_media

from otpguard.conf import settings
from otpguard.core.decision import Reason
from otpguard.core.enrollment import Overdue, Standing
from otpguard.core.facts import SAFE_METHODS
from otpguard.flows.enrollment import note_overdue, standing_of
from otpguard.http.facts import facts_from
from otpguard.http.problems import problem, wants_problem
from otpguard.http.refusal import SeeOther
from otpguard.labels import REASONS

APP = "otpguard"
PAGE = "otpguard:security"
LOGOUT_NAMES = frozenset({"logout", "account_logout"})
FILES = (serve_static, serve_media)
_STANDING = "_otpguard_enrollment"


def standing_of_request(request: HttpRequest) -> Standing:
    """Where the person of this request stands; asked once a request, and anew after a login.

    Knows `request.user` only, not somebody who is found out inside a view. Raises StoreUnavailable.
    """
    facts = facts_from(request)
    who = (facts.user, facts.tenant)
    known: tuple[tuple[str, str], Standing] | None = request.__dict__.get(_STANDING)
    if known is None or known[0] != who:
        known = request.__dict__[_STANDING] = (who, standing_of(facts))
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
        or _is_login_or_logout(view)
        or request.path == _login_path()
    )


def closed(request: HttpRequest, overdue: Overdue) -> HttpResponse:
    """Send a person to enrollment and tell a machine where it is; noted in the log."""
    note_overdue(facts=facts_from(request), overdue=overdue)
    url = reverse(PAGE)
    if wants_problem(request):
        return problem(
            403,
            str(Reason.ENROLLMENT_OVERDUE),
            "Enrollment is overdue",
            str(REASONS[Reason.ENROLLMENT_OVERDUE]),
            enroll_url=request.build_absolute_uri(url),
            level=overdue.level.name if overdue.level else None,
            deadline=overdue.deadline.isoformat(),
        )
    if request.method in SAFE_METHODS:
        # "//host" would be another site.
        back = escape_leading_slashes(request.get_full_path())
        url = f"{url}?{urlencode({'next': back})}"
    response = SeeOther(url)
    response["Cache-Control"] = "private, no-store"
    return response


def _is_named(match: ResolverMatch) -> bool:
    named = settings().enrollment_exempt
    if not named:
        return False
    return match.view_name in named or f"{match.view_name.rpartition(':')[0]}:*" in named


def _is_login_or_logout(view: Any) -> bool:  # noqa: ANN401 (any view)
    kind = getattr(view, "view_class", None)
    return isinstance(kind, type) and issubclass(kind, LoginView | LogoutView)


def _login_path() -> str | None:
    """The path of the login page; none on another site or for a name that is not there."""
    try:
        parts = urlsplit(resolve_url(django_settings.LOGIN_URL))
    except NoReverseMatch:
        return None
    return None if parts.netloc else parts.path

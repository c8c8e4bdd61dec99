"""Checks of how otpguard stands in the project: middleware and clients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from otpguard.audit import client_ips
from otpguard.checks.codes import error, warning
from otpguard.conf import settings
from otpguard.database import alias, transaction

MIDDLEWARE = "otpguard.middleware.OtpguardMiddleware"
ENROLLMENT = "otpguard.middleware.EnrollmentMiddleware"
LOGIN = "otpguard.middleware.LoginMiddleware"
OTP = "otpguard.middleware.OtpMiddleware"
DJANGO_OTP = "django_otp.middleware.OTPMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
BEFORE_OURS = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    AUTHENTICATION,
)
CACHE_MIDDLEWARE = (
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
)


def check_project(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E010 to E013, E018, E020, W002, W008: how otpguard stands in the project."""
    middleware = list(django_settings.MIDDLEWARE)
    found: list[CheckMessage] = []
    if MIDDLEWARE not in middleware:
        return [error("otpguard.E010", f'Add "{MIDDLEWARE}" to MIDDLEWARE.')]
    if not apps.is_installed("django_otp"):
        found.append(error("otpguard.E018", 'Add "django_otp" to INSTALLED_APPS.'))
    found.extend(
        error("otpguard.E013", f'Take one "{ours}" out of MIDDLEWARE.')
        for ours in (MIDDLEWARE, ENROLLMENT, LOGIN, OTP)
        if middleware.count(ours) > 1
    )
    found.extend(
        error("otpguard.E011", f'Move "{ours}" below "{needed}".')
        for ours in (MIDDLEWARE, ENROLLMENT, LOGIN)
        for needed in BEFORE_OURS
        if {ours, needed} <= set(middleware) and middleware.index(needed) > middleware.index(ours)
    )
    found.extend(
        error("otpguard.E011", f'Move "{MIDDLEWARE}" below "{first}".')
        for first in (ENROLLMENT, LOGIN)
        if first in middleware and middleware.index(first) > middleware.index(MIDDLEWARE)
    )
    if django_settings.SESSION_ENGINE.endswith("signed_cookies"):
        found.append(error("otpguard.E012", "Use a session engine that stores on the server."))
    found.extend(_otp_login(middleware))
    if ENROLLMENT in middleware and any(name in middleware for name in CACHE_MIDDLEWARE):
        detail = "Guarded answers are never stored, but other pages are: cache views one by one."
        found.append(warning("otpguard.W002", detail))
    return found


def _otp_login(middleware: list[str]) -> Iterable[CheckMessage]:
    if OTP in middleware:
        if AUTHENTICATION in middleware and middleware.index(AUTHENTICATION) > middleware.index(
            OTP
        ):
            yield error("otpguard.E011", f'Move "{OTP}" below "{AUTHENTICATION}".')
        return
    try:
        wanted = settings().otp_login
    except ImproperlyConfigured:
        return  # check_settings has said so
    if wanted and DJANGO_OTP in middleware:
        yield error("otpguard.E020", f'Put "{OTP}" in its place.')
    elif wanted:
        yield warning("otpguard.W008", f'Add "{OTP}" to MIDDLEWARE.')


def check_clients(
    *,
    databases: Sequence[str] | None = None,
    **_: Any,  # noqa: ANN401 (Django's signature)
) -> list[CheckMessage]:
    """W042: where clients came from lately, as the events tell."""
    if not databases or alias() not in databases:
        return []
    try:
        proxies = settings().trusted_proxies
        with transaction.atomic():
            seen = client_ips.lately(timezone.now())
    except (ImproperlyConfigured, DatabaseError, InterfaceError):
        return []  # check_settings has said so, or there are no tables yet
    if proxies or not (seen.private or seen.unreadable):
        return []
    where = seen.private[0] if seen.private else "nowhere that can be read"
    detail = f"Clients come from {where}: set how many proxies there are."
    return [warning("otpguard.W042", detail)]

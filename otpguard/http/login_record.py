"""What a login has proven: by its authentication back end, or by that back end's own record.

Only what happened for this login counts, never what the web session remembers of an older one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from otpguard.conf import settings
from otpguard.conf.login_backends import ALLAUTH
from otpguard.core.assurance import Primary
from otpguard.core.clock import CLOCK_SKEW

ALLAUTH_METHODS = "account_authentication_methods"
ALLAUTH_USER = "account_authentication_methods_user"
_BY_METHOD = {"password": Primary.PASSWORD, "socialaccount": Primary.SSO}


def primary_of(request: HttpRequest, backend: str, *, user: str, now: datetime) -> Primary:
    """What the login of `user` through this back end proves; one that is not known, nothing.

    The setting LOGIN_BACKENDS goes before a record. An empty `backend` is somebody who acts as
    somebody else (A2).
    """
    listed = settings().login_backends.get(backend)
    if listed is not None:
        return listed
    if backend == ALLAUTH:
        return _by_allauth(request, user, now)
    return Primary.NONE


def _by_allauth(request: HttpRequest, user: str, now: datetime) -> Primary:
    """By the newest method of allauth's record that is not itself a second step.

    Newer releases also say whose record it is.
    """
    if str(request.session.get(ALLAUTH_USER, user)) != user:
        return Primary.NONE
    record = request.session.get(ALLAUTH_METHODS)
    steps = [step for step in record if isinstance(step, dict)] if isinstance(record, list) else []
    first = next((step for step in reversed(steps) if not _is_second_step(step)), None)
    if first is None or first.get("reauthenticated") or not _is_recent(first, now):
        return Primary.NONE
    return _BY_METHOD.get(str(first.get("method")), Primary.NONE)


def _is_second_step(step: Mapping[str, Any]) -> bool:
    return step.get("method") == "mfa" and not step.get("passwordless")


def _is_recent(step: Mapping[str, Any], now: datetime) -> bool:
    at = step.get("at")
    if not isinstance(at, int | float):
        return False
    age = now.timestamp() - at
    return -CLOCK_SKEW.total_seconds() <= age <= settings().fresh_login.total_seconds()

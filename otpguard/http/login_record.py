"""What a login has proven: by its authentication back end, or by that back end's own record.

Only what happened for this login counts, never what the web session remembers of an older one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest

from otpguard.conf import settings
from otpguard.conf.people.login_backends import ALLAUTH
from otpguard.conf.people.login_risk import idp_risk_reader
from otpguard.core.assurance import Primary
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.risk import IdpRisk
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.login")

ALLAUTH_METHODS = "account_authentication_methods"
ALLAUTH_USER = "account_authentication_methods_user"
_NAME_KEYS = ("username", "email", "login")
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


def idp_risk(request: HttpRequest, user: Any) -> IdpRisk | None:  # noqa: ANN401 (the host's own)
    """What the identity provider says of the risk of this login, by the function that LOGIN_RISK
    names; None without one, or if it knows none.

    A function that fails or says something else makes the risk UNKNOWN and stops no login.
    """
    try:
        reader = idp_risk_reader(settings().login_risk)
        said = None if reader is None else reader(request, user)
        return None if said is None else IdpRisk(said)
    except STORE_ERRORS:
        raise  # the login cannot be written either
    except Exception:
        logger.exception("the identity provider's risk is not known")
        return IdpRisk.UNKNOWN


def login_names(user: Any) -> tuple[str, ...]:  # noqa: ANN401 (the host's own)
    """What a person may type to log in: the login name and the account's e-mail address."""
    named = getattr(type(user), "get_email_field_name", None)
    email = getattr(user, named(), "") if named is not None else ""
    return tuple(name for name in (user.get_username(), email) if isinstance(name, str) and name)


def typed_names(credentials: Mapping[str, Any]) -> tuple[str, ...]:
    """The login names of credentials that Django has refused; none unless a password was among
    them, for a token or a link is nothing that somebody guesses."""
    if "password" not in credentials:
        return ()
    typed = (credentials.get(key) for key in (get_user_model().USERNAME_FIELD, *_NAME_KEYS))
    return tuple(name for name in typed if isinstance(name, str) and name)


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

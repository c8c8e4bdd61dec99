"""django-otp's mark in a web session: set by a step-up, removed when it is no longer true.

django-otp itself trusts a mark for the whole life of the session, in every tenant. We store a stamp
beside it: when, in which tenant and in which login session the factor was proven (C24).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_otp
from django.http import HttpRequest
from django_otp import DEVICE_ID_SESSION_KEY

from otpguard.conf import settings
from otpguard.core.clock import age_is_within
from otpguard.core.facts import RequestFacts
from otpguard.factors.otp_mark import is_still_verified
from otpguard.http import session
from otpguard.http.facts import facts_from
from otpguard.models import Factor

STAMP = "otpguard_otp"


def mark(request: HttpRequest, facts: RequestFacts, factor: Factor) -> None:
    """Log in with django-otp by a factor that was proven right now; nothing unless the setting
    `otp_login` says so. Call it when the session has its new key."""
    if not settings().otp_login or session.carried(request) != facts.sid:
        return
    django_otp.login(request, factor)
    request.session[STAMP] = {
        "device": factor.persistent_id,
        "at": facts.now.timestamp(),
        "tenant": facts.tenant,
        "sid": facts.sid,
    }


def is_sound(request: HttpRequest, user: Any, device: Any) -> bool:  # noqa: ANN401 (untyped)
    """True while the mark of `device` may be believed for `user` in this request.

    A device of another app is not checked. One of our factors must carry our stamp: then it was
    proven in this login session and tenant, within the session's time limit, and is still in force.
    Two session reads and one statement.
    """
    if not isinstance(device, Factor):
        return True
    stamp = request.session.get(STAMP) or {}
    if stamp.get("device") != request.session.get(DEVICE_ID_SESSION_KEY):
        return False
    facts = facts_from(request, user=user)
    proven_at = datetime.fromtimestamp(stamp["at"], tz=UTC)
    return (
        facts.sid == stamp["sid"] != ""
        and facts.tenant == stamp["tenant"]
        and age_is_within(proven_at, facts.now, settings().session_ceiling)
        and is_still_verified(device, user=facts.user, tenant=facts.tenant, sid=facts.sid)
    )


def remove_mark(request: HttpRequest) -> None:
    """Take the mark out of the session."""
    for key in (DEVICE_ID_SESSION_KEY, STAMP):
        request.session.pop(key, None)

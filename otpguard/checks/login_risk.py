"""Checks of LOGIN_RISK, and of the middleware that asks after a login."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from otpguard.checks.codes import error, warning
from otpguard.checks.project import LOGIN
from otpguard.conf import Settings, settings
from otpguard.conf.people.login_risk import idp_risk_reader
from otpguard.core.presets import Tier
from otpguard.tenants.policies import policy_pair_at


def login_risk(mine: Settings) -> Iterable[CheckMessage]:
    """E150, W150: the identity provider's function must load, and somebody must ask."""
    try:
        idp_risk_reader(mine.login_risk)
    except (ImportError, TypeError) as wrong:
        yield error("otpguard.E150", str(wrong))
    if LOGIN not in django_settings.MIDDLEWARE and _is_wanted(mine):
        yield warning("otpguard.W150", f'Add "{LOGIN}" to MIDDLEWARE, before the guard\'s.')


def check_login_risk(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """W152: whether logins that are risky are only recorded in production."""
    try:
        mine = settings()
    except ImproperlyConfigured:
        return []  # check_settings has said so
    if not mine.login_risk.terms.record_only or not _is_wanted(mine):
        return []
    detail = 'When the log shows who would be asked, set LOGIN_RISK["MODE"] to "enforce".'
    return [warning("otpguard.W152", detail)]


def _is_wanted(mine: Settings) -> bool:
    """Whether the site's own policy asks after a login."""
    pair = policy_pair_at(mine.checkpoints["login"], Tier.STANDARD)
    return pair.default.active

"""Checks of what must not go into production; run by `manage.py check --deploy`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from otpguard.channels import catalog
from otpguard.checks.codes import error, warning
from otpguard.conf import Settings, settings
from otpguard.core.worker import Worker
from otpguard.limits.limiter import limiter_trouble
from otpguard.queue import worker

BEHIND_A_PROXY = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
"""Settings of Django that make sense behind a proxy only."""


def check_deployment(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E016, E080, E100, E110, W003, W011, W042, W111, W145: what must not go into production."""
    found: list[CheckMessage] = []
    try:
        mine = settings()
    except ImproperlyConfigured:
        return []  # check_settings has said so
    for name, provider in catalog.loaded().providers.items():
        if provider.capabilities.for_development:
            found.append(error("otpguard.E016", f'"{name}" shows codes to anyone who looks.'))
    if worker() is not Worker.CELERY:
        detail = 'Name a broker in CELERY_BROKER_URL, and take WORKER = "inline" out.'
        found.append(error("otpguard.E100", detail))
    if not (django_settings.SESSION_COOKIE_SECURE or django_settings.SECURE_SSL_REDIRECT):
        detail = "Set SECURE_SSL_REDIRECT, or SESSION_COOKIE_SECURE if a proxy redirects to HTTPS."
        found.append(error("otpguard.E110", detail))
    found += [warning("otpguard.W111", trouble) for trouble in [limiter_trouble()] if trouble]
    if mine.test_numbers:
        found.append(error("otpguard.E080", "Take TEST_NUMBERS out of the settings."))
    if "*" in django_settings.ALLOWED_HOSTS:
        found.append(warning("otpguard.W003", "Name your hosts in ALLOWED_HOSTS."))
    several = len(django_settings.ALLOWED_HOSTS) > 1 or any(
        host.startswith((".", "*")) for host in django_settings.ALLOWED_HOSTS
    )
    if several and not mine.relying_party_id:
        hint = "Name the domain they share in RELYING_PARTY_ID, and your origins."
        found.append(warning("otpguard.W011", hint))
    behind = [name for name in BEHIND_A_PROXY if getattr(django_settings, name, None)]
    if behind and not mine.trusted_proxies:
        found.append(warning("otpguard.W042", f"{behind[0]} says so: set how many there are."))
    found += _only_recording(mine)
    return found


def _only_recording(mine: Settings) -> Iterable[CheckMessage]:
    for layer in mine.pumping.record_only:
        detail = f'Take "{layer}" out of PUMPING["RECORD_ONLY"] once its records look right.'
        yield warning("otpguard.W145", detail)

"""Checks of a project whose passkeys serve more than one domain."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from otpguard.checks.codes import error, warning
from otpguard.conf import settings
from otpguard.core.related_origins import MOST_LABELS, labels_of, related_origins

WELL_KNOWN = "/.well-known/webauthn"


def check_related_origins(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E205 and W206, where RELYING_PARTY_ORIGINS names origins of other domains."""
    try:
        mine = settings()
    except ImproperlyConfigured:
        return []  # check_settings says so
    related = related_origins(mine.relying_party_id, mine.relying_party_origins)
    if not related:
        return []
    found: list[CheckMessage] = []
    if _mounted_at() != WELL_KNOWN:
        detail = 'Mount path("", include("otpguard.contrib.related_origins")) at the root.'
        found.append(error("otpguard.E205", f"{related[0]} is one. {detail}"))
    labels = labels_of(related)
    if len(labels) > MOST_LABELS:
        found.append(warning("otpguard.W206", f"They are {', '.join(labels)}."))
    return found


def _mounted_at() -> str:
    try:
        return reverse("otpguard_webauthn_origins")
    except (NoReverseMatch, ImportError, ImproperlyConfigured, AttributeError):  # no ROOT_URLCONF
        return ""

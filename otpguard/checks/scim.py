"""Checks of a project that mounts SCIM: that members and accounts can be written."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from otpguard.checks.codes import error
from otpguard.tenants.provisioned import makes_accounts, takes_members


def check_scim(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (Django's signature)
    """E190 and E191, where the URLs of SCIM are mounted."""
    if not _is_mounted():
        return []
    found: list[CheckMessage] = []
    try:
        if not takes_members():
            found.append(error("otpguard.E190", "Give it the method provision_member."))
        if not makes_accounts():
            found.append(error("otpguard.E191", "Give the directory the method make_account."))
    except (ImportError, TypeError, ImproperlyConfigured):
        return []  # check_settings says so
    return found


def _is_mounted() -> bool:
    try:
        reverse("otpguard_scim:root", args=["x"])
    except (NoReverseMatch, ImportError, ImproperlyConfigured, AttributeError):  # no ROOT_URLCONF
        return False
    return True

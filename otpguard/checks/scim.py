"""Checks of what customers bring: that SCIM can write members and accounts, and that the DNS
records of their domains can be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from otpguard.checks.codes import error
from otpguard.conf import Settings
from otpguard.federation.texts import ResolverDownError, resolver
from otpguard.tenants.provisioned import makes_accounts, takes_members


def domain_resolver(mine: Settings) -> Iterable[CheckMessage]:
    """E185: a resolver of the project's own loads. The one that ships is an extra, and most
    projects verify no domain."""
    if not mine.domain_resolver:
        return
    try:
        resolver()
    except ResolverDownError as wrong:
        yield error("otpguard.E185", str(wrong))


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

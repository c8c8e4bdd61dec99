"""Checks of TOKEN_ISSUERS: that tokens can be read, and their people be found."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from django.core.checks import CheckMessage

from otpguard.checks.codes import error
from otpguard.conf import Settings
from otpguard.conf.people.token_issuers import person_finder


def access_tokens(mine: Settings) -> Iterable[CheckMessage]:
    """E226: the extra is installed, and each PERSON loads."""
    if not mine.token_issuers:
        return
    try:
        import_module("joserfc")
    except ImportError:
        yield error("otpguard.E226", "Install otpguard[oidc].")
    for issuer in mine.token_issuers.values():
        try:
            person_finder(issuer)
        except (ImportError, TypeError) as wrong:
            yield error("otpguard.E226", f"{issuer.issuer}: PERSON: {wrong}")

"""Checks of tokens: that those of TOKEN_ISSUERS can be read, and that logins of apps go on."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

from django.conf import settings as django_settings
from django.core.checks import CheckMessage
from django.utils.module_loading import import_string

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


_MODULE = "otpguard.contrib.simplejwt"
_ROLES = {
    "TOKEN_OBTAIN_SERIALIZER": "LoginTokenObtainPairSerializer",
    "TOKEN_REFRESH_SERIALIZER": "LoginTokenRefreshSerializer",
}


def token_clients() -> Iterable[CheckMessage]:
    """E230: a project that binds tokens to a login also follows its refresh token."""
    named = getattr(django_settings, "SIMPLE_JWT", {})
    bound = {key: named.get(key, "") for key in _ROLES if _is_ours(key, named.get(key, ""))}
    if len(bound) == 1:
        (lacking,) = set(_ROLES) - set(bound)
        yield error("otpguard.E230", f'SIMPLE_JWT["{lacking}"] = "{_MODULE}.{_ROLES[lacking]}"')


def _is_ours(key: str, path: str) -> bool:
    """Whether a dotted path names our serializer, or one of the host that extends it."""
    if not path:
        return False
    try:
        ours = import_string(f"{_MODULE}.{_ROLES[key]}")
        return issubclass(import_string(path), ours)
    except (ImportError, TypeError):
        return False

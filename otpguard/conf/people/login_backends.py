"""LOGIN_BACKENDS: what a login through an authentication back end proves.

A back end counts by its own dotted path alone. A subclass may log in by anything: single sign-on
and links in messages come as subclasses of Django's ModelBackend.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from otpguard.core.assurance import Primary

_DJANGO = "django.contrib.auth.backends"

LOGINS: Mapping[str, Primary] = MappingProxyType(
    {each.value: each for each in Primary if each is not Primary.RESET_LINK}
)
"""What a back end may be listed as."""

ALLAUTH = "allauth.account.auth_backends.AuthenticationBackend"
"""Logs in by password, by another site or by a code that it sends; the session says which."""

SHIPPED: Mapping[str, Primary] = MappingProxyType(
    {
        f"{_DJANGO}.ModelBackend": Primary.PASSWORD,
        f"{_DJANGO}.AllowAllUsersModelBackend": Primary.PASSWORD,
        f"{_DJANGO}.RemoteUserBackend": Primary.SSO,
        f"{_DJANGO}.AllowAllUsersRemoteUserBackend": Primary.SSO,
    }
)
"""The back ends whose logins are known. All others prove nothing until the host lists them."""

RECORDED = frozenset({ALLAUTH})
"""Those whose own record of the login is read, see `otpguard.http.login_record`."""


def line_for(backend: str) -> str:
    """The line of settings that lists a back end, as checks, the doctor and pages give it."""
    return f'OTPGUARD = {{"LOGIN_BACKENDS": {{"{backend}": "password"}}, ...}}'

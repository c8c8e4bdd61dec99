"""What an authentication class found out about the login of an app, kept at `request.auth`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from otpguard.http.session import Mark

ATTRIBUTE = "otpguard_login"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLogin:
    """The login of an app: whose it is, and what a web session would say of a browser's."""

    user: str
    mark: Mark


def client_login_of(request: Any, user: str) -> ClientLogin | None:  # noqa: ANN401 (a framework's request)
    """The login that `request` was authenticated by; None for another person's and for whatever
    was authenticated in another way."""
    found = getattr(request.auth, ATTRIBUTE, None)
    return found if isinstance(found, ClientLogin) and user and found.user == user else None

"""Django's login and logout, as doors: each begins or ends one of our login sessions."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from otpguard.http import login


def logged_in(*, request: HttpRequest | None, user: Any, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Begin a login session. A login without a request or session has no browser to mark."""
    if request is not None and hasattr(request, "session"):
        login.begin(request, seen=True, user=user)


def logged_out(*, request: HttpRequest | None, user: Any, **_: Any) -> None:  # noqa: ANN401
    """End the login session and what was proven in it."""
    if request is not None and user is not None and hasattr(request, "session"):
        login.end(request)


def connect() -> None:
    """Connect both receivers; called once when Django is ready."""
    user_logged_in.connect(logged_in, dispatch_uid="otpguard.logged_in")
    user_logged_out.connect(logged_out, dispatch_uid="otpguard.logged_out")

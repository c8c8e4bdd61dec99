"""Single sign-on by the bare OIDC client, for projects that have none of their own.

    path("sso/", include("otpguard.contrib.single_sign_on")),

    AUTHENTICATION_BACKENDS = [..., "otpguard.contrib.single_sign_on.SingleSignOnBackend"]
    OTPGUARD = {"LOGIN_BACKENDS": {"otpguard.contrib.single_sign_on.SingleSignOnBackend": "sso"}}

Needs `pip install otpguard[oidc]`. Providers are set up in the admin.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.urls import path

from otpguard.web.federation.callback import sso_callback
from otpguard.web.federation.own_urls import CALLBACK
from otpguard.web.federation.start import sso_connect, sso_login, sso_step_up

__all__ = ["SingleSignOnBackend", "urlpatterns"]


class SingleSignOnBackend(ModelBackend):
    """Opens sessions that our own callback has verified; knows no password of anybody."""

    def authenticate(self, request: Any, **_credentials: Any) -> None:  # type: ignore[override]  # noqa: ANN401, ARG002 (Django's signature)
        """Nobody: a sign-in comes by the callback alone."""
        return

    async def aauthenticate(self, request: Any, **_credentials: Any) -> None:  # type: ignore[override]  # noqa: ANN401, ARG002 (Django's signature)
        """Nobody, as above."""
        return


urlpatterns = [
    path("<uuid:provider_id>/login/", sso_login, name="otpguard_sso_login"),
    path("<uuid:provider_id>/link/", sso_connect, name="otpguard_sso_connect"),
    path("<uuid:provider_id>/step-up/<str:token>/", sso_step_up, name="otpguard_sso_step_up"),
    path("callback/", sso_callback, name=CALLBACK),
]

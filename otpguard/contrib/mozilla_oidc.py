"""mozilla-django-oidc behind a guard: issuer, audience, signature and times of each ID token are
checked here, and nobody is found by an e-mail address.

    AUTHENTICATION_BACKENDS = [..., "otpguard.contrib.mozilla_oidc.GuardedOidcBackend"]
    OIDC_CALLBACK_CLASS = "otpguard.contrib.mozilla_oidc.GuardedCallbackView"

Needs `pip install otpguard[oidc,mozilla]`. The client of OIDC_RP_CLIENT_ID must be one identity
provider in our admin. One provider a process: the library has no more.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView

from otpguard.web.federation.by_library import (
    LibrarySignIn,
    SignInRefusedError,
    by_id_token,
    note_sign_in,
    refused,
    vouch,
)
from otpguard.web.federation.words import SsoProblem

_TAKEN, _WHY = "_otpguard_taken", "_otpguard_refused"


class GuardedOidcBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # untyped
    """Opens accounts by our links; makes and changes none."""

    def verify_token(self, token: Any, **kwargs: Any) -> LibrarySignIn:  # noqa: ANN401 (the library's signature)
        """Verify an ID token by our own checks. Without a nonce it is another token: refused."""
        try:
            return by_id_token(
                token, client_id=str(self.OIDC_RP_CLIENT_ID), nonce=kwargs.get("nonce")
            )
        except SignInRefusedError as error:
            raise self._denied(error) from error

    def get_or_create_user(self, access_token: Any, id_token: Any, payload: LibrarySignIn) -> Any:  # noqa: ANN401, ARG002 (the library's signature)
        """Whom our links name. Userinfo is not asked: it is not signed."""
        try:
            user = vouch(self.request, payload)
        except SignInRefusedError as error:
            raise self._denied(error) from error
        setattr(self.request, _TAKEN, payload)
        return user

    def _denied(self, error: SignInRefusedError) -> PermissionDenied:
        """What ends `django.contrib.auth.authenticate` before another back end is asked."""
        setattr(self.request, _WHY, error.problem)
        return PermissionDenied(str(error))


class GuardedCallbackView(OIDCAuthenticationCallbackView):  # type: ignore[misc]  # untyped
    """Notes how people signed in, and logs nobody out because a provider refuses."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """See the library's view, which logs people out who come back with an error."""
        if request.GET.get("error"):
            return refused(request, SsoProblem.REFUSED)
        found: HttpResponse = super().get(request)
        return found

    def login_success(self) -> HttpResponse:
        """The session is open: note what the sign-in proves."""
        response: HttpResponse = super().login_success()
        sign_in = getattr(self.request, _TAKEN, None)
        if sign_in is not None:
            note_sign_in(self.request, sign_in)
        return response

    def login_failure(self) -> HttpResponse:
        """A page that says why."""
        return refused(self.request, getattr(self.request, _WHY, SsoProblem.REFUSED))

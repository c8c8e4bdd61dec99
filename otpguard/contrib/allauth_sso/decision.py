"""What becomes of a sign-in that allauth has taken in: nobody is found by an e-mail address,
switched, signed up or connected, and how they signed in is not lost."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.signals import pre_social_login
from django.http import HttpRequest

from otpguard.web.federation.by_library import (
    LibrarySignIn,
    SignInRefusedError,
    note_sign_in,
    refused,
    vouch,
)
from otpguard.web.federation.words import SsoProblem

_SIGNED, _TAKEN = "_otpguard_signed", "_otpguard_taken"


class GuardedProvider:
    """A provider of allauth whose sign-ins count as an organization's own."""

    def verified(self, request: HttpRequest, login: SocialLogin, signed: Any) -> LibrarySignIn:  # noqa: ANN401 (a token or a response)
        """What was `signed`, verified by us. Raises SignInRefusedError."""
        raise NotImplementedError


def keep_signed(login: SocialLogin, signed: object) -> SocialLogin:
    """Keep what the provider has signed beside the login, in memory alone: the row of allauth's
    account is no evidence."""
    setattr(login, _SIGNED, signed)
    return login


def decide(*, request: HttpRequest, sociallogin: SocialLogin, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """Let allauth open the account of the person whom our links name, or stop it with a page."""
    provider = sociallogin.provider
    if not isinstance(provider, GuardedProvider):
        return
    try:
        sign_in = provider.verified(request, sociallogin, getattr(sociallogin, _SIGNED, None))
        user = _person(request, sociallogin, sign_in)
    except SignInRefusedError as error:
        raise ImmediateHttpResponse(refused(request, error.problem)) from error
    if not sociallogin.is_existing:
        sociallogin.connect(request, user)
    setattr(sociallogin, _TAKEN, sign_in)


def _person(request: HttpRequest, login: SocialLogin, sign_in: LibrarySignIn) -> Any:  # noqa: ANN401 (the host's own user model)
    if login.state.get("process") != AuthProcess.LOGIN:
        raise SignInRefusedError(SsoProblem.NOT_LINKED)  # people link on the Security page
    user = vouch(request, sign_in)
    if login.is_existing and login.user.pk != user.pk:
        raise SignInRefusedError(SsoProblem.OTHER_PERSON)
    return user


def logged_in(*, request: HttpRequest, sociallogin: SocialLogin | None = None, **_: Any) -> None:  # noqa: ANN401 (a signal)
    """The session is open: note what the sign-in proves."""
    sign_in = getattr(sociallogin, _TAKEN, None)
    if sign_in is not None:
        note_sign_in(request, sign_in)


pre_social_login.connect(decide, dispatch_uid="otpguard.allauth.decide")
user_logged_in.connect(logged_in, dispatch_uid="otpguard.allauth.logged_in")

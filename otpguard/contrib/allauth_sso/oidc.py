"""OIDC by allauth, with the nonce, the signature and the subject that its code flow leaves out.

    path("accounts/", include("otpguard.contrib.allauth_sso.oidc")),  # before allauth's own
    path("accounts/", include("allauth.urls")),

    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"provider_class": f"{SSO}.oidc.OidcProvider"}}

where SSO is "otpguard.contrib.allauth_sso". Needs `pip install otpguard[oidc,allauth]`. Each
SocialApp needs an identity provider of the same issuer and client in our admin.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from otpguard.contrib.allauth_sso.decision import GuardedProvider, keep_signed
from otpguard.web.federation.by_library import (
    LibrarySignIn,
    SignInRefusedError,
    by_id_token,
    refused,
)
from otpguard.web.federation.words import SsoProblem


@dataclass(frozen=True, slots=True)
class SignedToken:
    """An ID token as it came, and the issuer whose metadata allauth has read."""

    token: object
    issuer: str


class TokenKeepingAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # untyped
    """Keeps the ID token beside the login: allauth's own claims are not verified."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (allauth's signature)
        """See OAuth2Adapter."""
        login = super().complete_login(request, app, token, **kwargs)
        signed = SignedToken(kwargs["response"].get("id_token"), self.openid_config["issuer"])
        return keep_signed(login, signed)


class OidcProvider(GuardedProvider, OpenIDConnectProvider):  # type: ignore[misc]  # untyped
    """Sends a nonce and PKCE, and nothing that a browser has put into the address."""

    package = "allauth.socialaccount.providers.openid_connect"
    pkce_enabled_default = True
    supports_token_authentication = False

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, Any]:  # noqa: ANN401, ARG002 (allauth's signature)
        """The project's own alone."""
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:  # noqa: ARG002 (allauth's signature)
        """The project's own alone."""
        return list(self.get_scope())

    def redirect(
        self,
        request: HttpRequest,
        process: object,
        next_url: object = None,
        data: object = None,
        **kw: Any,  # noqa: ANN401 (allauth's signature)
    ) -> HttpResponse:
        """See Provider. Connecting is refused: people link on the Security page, after a proof."""
        if process == AuthProcess.CONNECT:
            return refused(request, SsoProblem.NOT_LINKED)
        nonce = secrets.token_urlsafe(32)
        kw["auth_params"] = {**(kw.get("auth_params") or self.get_auth_params()), "nonce": nonce}
        found: HttpResponse = super().redirect(request, process, next_url, data, nonce=nonce, **kw)
        return found

    def verified(self, request: HttpRequest, login: SocialLogin, signed: Any) -> LibrarySignIn:  # noqa: ANN401, ARG002 (see GuardedProvider)
        """See GuardedProvider. Who userinfo names must be who the token names."""
        if not isinstance(signed, SignedToken):
            raise SignInRefusedError(SsoProblem.UNREACHABLE)
        sign_in = by_id_token(
            signed.token,
            client_id=self.app.client_id,
            issuer=signed.issuer,
            nonce=login.state.get("nonce"),
        )
        told = login.account.extra_data.get("userinfo")
        if told is not None and told.get("sub") != sign_in.evidence.subject:
            raise SignInRefusedError(SsoProblem.OTHER_PERSON)
        return sign_in


@login_not_required  # type: ignore[untyped-decorator]  # allauth is untyped
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """allauth's callback, which keeps the ID token."""
    try:
        view = OAuth2CallbackView.adapter_view(TokenKeepingAdapter(request, provider_id))
        found: HttpResponse = view(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return found


urlpatterns = [
    path("oidc/<slug:provider_id>/login/callback/", callback),
]

"""SAML by allauth, with the authentication context that it drops.

    SOCIALACCOUNT_PROVIDERS = {"saml": {"provider_class": f"{SSO}.saml.SamlProvider"}}

where SSO is "otpguard.contrib.allauth_sso". Needs `pip install otpguard[oidc,saml,allauth]`. Each
SocialApp needs an identity provider of the same entity id, with its metadata, in our admin.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from allauth.socialaccount.providers.saml.utils import build_sp_config
from django.http import HttpRequest, HttpResponse

from otpguard.contrib.allauth_sso.decision import GuardedProvider, keep_signed
from otpguard.federation.saml import PythonSaml
from otpguard.federation.speakers import SamlPlaces
from otpguard.web.federation.by_library import (
    LibrarySignIn,
    SignInRefusedError,
    by_response,
    refused,
)
from otpguard.web.federation.words import SsoProblem


@dataclass(frozen=True, slots=True)
class SignedResponse:
    """A response as it came (base64), its issuer, and the request that it answers."""

    response: str
    request_id: str


class SamlProvider(GuardedProvider, SAMLProvider):  # type: ignore[misc]  # untyped
    """Hands the whole response over, with the context class and the time in it."""

    package = "allauth.socialaccount.providers.saml"

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
        found: HttpResponse = super().redirect(request, process, next_url, data, **kw)
        return found

    def sociallogin_from_response(self, request: HttpRequest, response: Any) -> Any:  # noqa: ANN401 (allauth's signature)
        """See Provider. The response is read from the library that has parsed it."""
        xml = response.get_last_response_xml()
        signed = SignedResponse(
            base64.b64encode(xml if isinstance(xml, bytes) else xml.encode()).decode(),
            response.get_last_response_in_response_to() or "",
        )
        return keep_signed(super().sociallogin_from_response(request, response), signed)

    def verified(self, request: HttpRequest, login: SocialLogin, signed: Any) -> LibrarySignIn:  # noqa: ANN401, ARG002 (see GuardedProvider)
        """See GuardedProvider. allauth has spent the request before; without one there is none."""
        if not isinstance(signed, SignedResponse):
            raise SignInRefusedError(SsoProblem.UNREACHABLE)
        ours = build_sp_config(request, self.app.settings, self.app.client_id)
        return by_response(
            PythonSaml(),
            signed.response,
            issuer=str(self.app.settings["idp"]["entity_id"]),
            request_id=signed.request_id,
            places=SamlPlaces(acs=ours["assertionConsumerService"]["url"], entity=ours["entityId"]),
        )

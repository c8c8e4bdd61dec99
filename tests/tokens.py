"""A site whose APIs take access tokens of one authorization server; `tests.token_host` has them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest
from django.test import Client

from otpguard.conf.people.token_issuers import TokenIssuer, read_token_issuers
from otpguard.models import FederatedIdentity, IdentityProvider, Tenant
from otpguard.tenants.directory import OurMembers
from tests import factories
from tests.federating import idp
from tests.oidc_server import Provider

AUDIENCE = "https://api.example"
ACR = "phr"
FRESH = 300
TAKES = {"idp_satisfies": True, "binds_intent": False, "required_level": "AAL2", "ttl": FRESH}
"""A policy under which a token may open something."""


class ByHeader(OurMembers):
    """The tenant that a header names, as a host would by its URL."""

    def tenant_for(self, request: HttpRequest) -> str:
        return request.META.get("HTTP_X_TENANT", "")


def entry(**more: Any) -> dict[str, Any]:
    """One issuer, as TOKEN_ISSUERS has it."""
    return {"AUDIENCE": AUDIENCE, "ACR": [ACR, "mfa"], **more}


def issuer_of(provider: Provider, **more: Any) -> TokenIssuer:
    """The provider as an issuer of access tokens."""
    return read_token_issuers({provider.url: entry(**more)})[provider.url]


def access_token(provider: Provider, **claims: Any) -> str:
    """A token of a fresh strong sign-in, but for what `claims` say."""
    usual = {
        "aud": AUDIENCE,
        "client_id": "app",
        "acr": ACR,
        "auth_time": int(time.time()),
        "amr": None,
        "nonce": None,
    }
    provider.claims = {**usual, **claims}
    provider.header = {"typ": "at+jwt", **provider.header}
    return provider.token()


@dataclass(frozen=True)
class TokenHost:
    """A member of a tenant who is linked to the subject `alice`, and a client of the API."""

    provider: Provider
    tenant: Tenant
    user: AbstractUser
    linked: IdentityProvider

    def call(
        self,
        url: str = "/billing/",
        *,
        token: str | None = None,
        method: str = "post",
        tenant: Tenant | None = None,
        **claims: Any,
    ) -> Any:
        """The answer to a call with a token, one of these `claims` unless it is given."""
        shown = access_token(self.provider, **claims) if token is None else token
        headers = {"Accept": "application/json", "X-Tenant": str((tenant or self.tenant).pk)}
        if shown:
            headers["Authorization"] = f"Bearer {shown}"
        return getattr(Client(enforce_csrf_checks=True), method)(url, headers=headers)


def token_host(provider: Provider, settings: Any, **policy: Any) -> TokenHost:
    """See TokenHost."""
    settings.ROOT_URLCONF = "tests.token_host"
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "TENANT_DIRECTORY": "tests.tokens.ByHeader",
        "TOKEN_ISSUERS": {provider.url: entry()},
        "POLICY_DEFAULTS": {"billing_change": {**TAKES, **policy}},
    }
    tenant = factories.tenant()
    user = factories.member(tenant, roles=["admin"]).user
    linked = idp(tenant, issuer=provider.url)
    FederatedIdentity.objects.create(provider=linked, subject="alice", user=user)
    return TokenHost(provider, tenant, user, linked)

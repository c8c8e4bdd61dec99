"""A person whom a tenant's provider knows as `alice`, in a browser that goes there by allauth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import AbstractUser
from django.db.models import Manager
from django.test import Client

from otpguard.models import IdentityProvider
from tests.oidc_server import Provider
from tests.saml_idp import AuthnRequest, Said

ALLAUTH_ACS = "http://testserver/accounts/saml/acme/acs/"
ALLAUTH_ENTITY = "http://testserver/accounts/saml/acme/metadata/"


def social_accounts() -> Manager[Any]:
    """allauth's accounts; its models load only while it is installed."""
    found: Manager[Any] = apps.get_model("socialaccount", "SocialAccount").objects
    return found


@dataclass
class Acme:
    """By OIDC."""

    user: AbstractUser
    row: IdentityProvider
    client: Client
    server: Provider

    def leave(self, query: str = "") -> str:
        """Where allauth sends the browser."""
        begun = self.client.post(f"/accounts/oidc/acme/login/{query}")
        assert begun.status_code == 302, begun.content[:300]
        return str(begun["Location"])

    def come_back(self, away: str, **query: str) -> Any:
        """What allauth answers when it comes back."""
        back = self.server.sent_back(away, **query)
        return self.client.get(f"/accounts/oidc/acme/login/callback/?{back}")

    @property
    def logged_in(self) -> str:
        """The key of who is logged in."""
        return str(self.client.session.get("_auth_user_id", ""))


@dataclass
class SamlAcme:
    """By SAML."""

    user: AbstractUser
    row: IdentityProvider
    client: Client

    def come_back(self, **said: Any) -> Any:
        """Go there, and come back with a response."""
        begun = self.client.post("/accounts/saml/acme/login/")
        sent = AuthnRequest.of(f"{begun['Location']}&RelayState=-")
        where = {
            "audience": ALLAUTH_ENTITY,
            "recipient": ALLAUTH_ACS,
            "destination": ALLAUTH_ACS,
        }
        form = {"SAMLResponse": Said(**{"request": sent.id, **where, **said}).response()}
        posted = self.client.post("/accounts/saml/acme/acs/", form)
        return self.client.get(posted["Location"])

    @property
    def logged_in(self) -> str:
        """The key of who is logged in."""
        return str(self.client.session.get("_auth_user_id", ""))

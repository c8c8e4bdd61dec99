"""Settings of a host whose logins come by mozilla-django-oidc or djangosaml2."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser

from otpguard.models import FederatedIdentity, IdentityProvider
from tests import factories
from tests.federating import idp
from tests.oidc_server import CLIENT


def use_backend(settings: Any, backend: str) -> None:
    """Let this authentication back end open sessions, beside those of the other tests."""
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, backend]
    # The URLs of mozilla-django-oidc read it once, when the first of the tests imports the host.
    settings.OIDC_CALLBACK_CLASS = "otpguard.contrib.mozilla_oidc.GuardedCallbackView"
    settings.ROOT_URLCONF = "tests.library_host"


def oidc_settings(settings: Any, url: str) -> None:
    """What mozilla-django-oidc asks for."""
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, "s3cret"
    settings.OIDC_RP_SIGN_ALGO = "RS256"
    settings.OIDC_OP_JWKS_ENDPOINT = f"{url}/jwks"
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{url}/auth"
    settings.OIDC_OP_TOKEN_ENDPOINT = f"{url}/token"
    settings.OIDC_OP_USER_ENDPOINT = f"{url}/userinfo"


def known_there(**fields: Any) -> tuple[AbstractUser, IdentityProvider]:
    """An admin whom the provider of their tenant knows as `alice`."""
    tenant = factories.tenant()
    user = factories.member(tenant, roles=["admin"]).user
    row = idp(tenant, **fields)
    FederatedIdentity.objects.create(provider=row, subject="alice", user=user)
    return user, row

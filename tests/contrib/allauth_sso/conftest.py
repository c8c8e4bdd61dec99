"""A host that logs in by the real allauth, with a tenant's provider on loopback."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils.module_loading import import_string

from otpguard.federation.metadata import memory
from otpguard.models import FederatedIdentity, IdentityProvider
from tests import factories
from tests.contrib.allauth_sso.acme import Acme, SamlAcme
from tests.federating import idp
from tests.oidc_server import CLIENT, oidc_server
from tests.saml_idp import ENTITY, MFA, key_and_certificate, metadata

SSO = "otpguard.contrib.allauth_sso"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def allauth(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """The settings, with allauth installed and its tables there."""
    ours = ["allauth", "allauth.account", "allauth.socialaccount"]
    kinds = [f"allauth.socialaccount.providers.{name}" for name in ("openid_connect", "saml")]
    # Before the apps: allauth looks for it as it loads.
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "allauth.account.middleware.AccountMiddleware"]
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *ours, *kinds]
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
    settings.ACCOUNT_EMAIL_VERIFICATION = "none"
    registry = import_string("allauth.socialaccount.providers.registry")
    monkeypatch.setattr(registry, "provider_map", OrderedDict())
    monkeypatch.setattr(registry, "loaded", False)
    models = [
        *(apps.get_model("account", name) for name in ("EmailAddress", "EmailConfirmation")),
        *(
            apps.get_model("socialaccount", name)
            for name in ("SocialApp", "SocialAccount", "SocialToken")
        ),
    ]
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    memory.clear()
    yield settings
    memory.clear()
    with connection.schema_editor() as editor:
        for model in reversed(models):
            editor.delete_model(model)


@pytest.fixture
def acme(allauth: Any) -> Iterator[Acme]:
    """See Acme."""
    with oidc_server() as server:
        app = {
            "provider_id": "acme",
            "name": "Acme",
            "client_id": CLIENT,
            "secret": "s3cret",
            "settings": {"server_url": server.url},
        }
        allauth.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {"provider_class": f"{SSO}.oidc.OidcProvider", "APPS": [app]}
        }
        _mount(allauth)
        yield Acme(*_linked(issuer=server.url), _client(), server)


@pytest.fixture
def saml_acme(allauth: Any) -> SamlAcme:
    """See SamlAcme."""
    certificate = "".join(key_and_certificate()[1].splitlines()[1:-1])
    app = {
        "provider_id": ENTITY,
        "name": "Acme",
        "client_id": "acme",
        "settings": {
            "idp": {
                "entity_id": ENTITY,
                "sso_url": "https://saml-idp.example/sso",
                "x509cert": certificate,
            },
            "advanced": {"want_attribute_statement": False, "allow_single_label_domains": True},
        },
    }
    allauth.SOCIALACCOUNT_PROVIDERS = {
        "saml": {"provider_class": f"{SSO}.saml.SamlProvider", "APPS": [app]}
    }
    _mount(allauth)
    known = _linked(
        profile="generic",
        protocol="saml",
        issuer=ENTITY,
        metadata=metadata(),
        accepted={"contexts": [MFA]},
    )
    return SamlAcme(*known, _client())


def _client() -> Client:
    return Client(HTTP_HOST="testserver")


def _mount(settings: Any) -> None:
    import_string("allauth.socialaccount.providers.registry").load()
    settings.ROOT_URLCONF = "tests.allauth_sso_host"


def _linked(**fields: Any) -> tuple[Any, IdentityProvider]:
    user = factories.member(factories.tenant(), roles=["admin"]).user
    row = idp(user.otpguard_memberships.get().tenant, **fields)
    FederatedIdentity.objects.create(provider=row, subject="alice", user=user)
    return user, row

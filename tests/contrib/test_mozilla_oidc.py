"""Logins by the real mozilla-django-oidc, which alone checks neither issuer nor audience."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.test import Client

from otpguard.federation.metadata import memory
from otpguard.models import FederatedIdentity, Grant, IdentityProvider, LoginSession
from tests import factories
from tests.contrib.library_sign_in import known_there, oidc_settings, use_backend
from tests.oidc_server import Provider, oidc_server
from tests.sign_in_rule import ask_for_own_sign_in

library = pytest.importorskip("mozilla_django_oidc.auth")
pytestmark = pytest.mark.django_db
BACKEND = "otpguard.contrib.mozilla_oidc.GuardedOidcBackend"


@dataclass
class Site:
    user: AbstractUser
    row: IdentityProvider
    server: Provider
    client: Client

    def log_in(self, **query: str) -> Any:
        away = self.client.get("/oidc/authenticate/")["Location"]
        return self.client.get(f"/oidc/callback/?{self.server.sent_back(away, **query)}")

    @property
    def logged_in(self) -> str:
        return str(self.client.session.get("_auth_user_id", ""))


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    memory.clear()
    with oidc_server() as server:
        use_backend(settings, BACKEND)
        oidc_settings(settings, server.url)
        user, row = known_there(issuer=server.url)
        yield Site(user, row, server, Client())
    memory.clear()


def test_a_sign_in_opens_the_account_of_our_link_and_is_a_proof(site: Site) -> None:
    assert site.log_in().status_code == 302
    assert site.logged_in == str(site.user.pk)
    assert Grant.objects.get(source="idp").user_id == site.user.pk
    assert LoginSession.objects.get().idp == site.row
    assert "/userinfo" not in site.server.asked


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"aud": ["otpguard", "other"]},
        {"azp": "other"},
        {"exp": 1},
        {"nonce": "another"},
    ],
    ids=["iss", "aud", "two audiences", "azp", "exp", "nonce"],
)
def test_a_token_that_is_not_for_us_and_now_opens_nothing(
    site: Site, claims: dict[str, Any]
) -> None:
    site.server.claims = claims
    assert site.log_in().status_code == 403
    assert site.logged_in == ""
    assert not Grant.objects.exists()


def test_an_unsigned_token_opens_nothing_whatever_the_setting(site: Site, settings: Any) -> None:
    settings.OIDC_ALLOW_UNSECURED_JWT = True
    away = site.client.get("/oidc/authenticate/")["Location"]
    query = site.server.sent_back(away)
    _head, body, _signature = site.server.token().split(".")
    site.server.raw = f"eyJhbGciOiJub25lIn0.{body}."
    assert site.client.get(f"/oidc/callback/?{query}").status_code == 403
    assert site.logged_in == ""


def test_nobody_is_found_or_made_by_an_e_mail(site: Site) -> None:
    FederatedIdentity.objects.all().delete()
    site.server.claims = site.server.userinfo = {"email": site.user.email, "email_verified": True}
    before = get_user_model().objects.count()
    page = site.log_in()
    assert page.status_code == 403
    assert "not linked to an account" in page.content.decode()
    assert get_user_model().objects.count() == before


def test_a_session_is_neither_switched_nor_ended(site: Site) -> None:
    other = factories.member(site.row.tenant).user
    site.client.force_login(other)
    assert site.log_in().status_code == 403
    assert site.logged_in == str(other.pk)
    away = site.client.get("/oidc/authenticate/")["Location"]
    back = site.server.sent_back(away, error="access_denied")
    assert site.client.get(f"/oidc/callback/?{back}").status_code == 403
    assert site.logged_in == str(other.pk)


def test_where_only_the_own_provider_opens_a_session_this_one_does(site: Site) -> None:
    ask_for_own_sign_in(site.row.tenant)
    assert site.log_in().status_code == 302
    assert site.logged_in == str(site.user.pk)


def test_the_names_of_the_library_that_we_override_are_there() -> None:
    back_end = library.OIDCAuthenticationBackend
    for name in ("verify_token", "get_or_create_user", "store_tokens"):
        assert callable(getattr(back_end, name))
    view = pytest.importorskip("mozilla_django_oidc.views").OIDCAuthenticationCallbackView
    for name in ("get", "login_success", "login_failure"):
        assert callable(getattr(view, name))

"""Logins by the real allauth, against a provider on loopback: what its own code flow lets pass
opens nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

from otpguard.models import FederatedIdentity, Grant, IdentityProvider, LoginSession
from tests import factories
from tests.contrib.allauth_sso.acme import Acme, social_accounts
from tests.sign_in_rule import ask_for_own_sign_in

pytest.importorskip("allauth")
pytest.importorskip("jwt", reason="otpguard[allauth] is not installed")


def test_a_sign_in_opens_the_account_of_our_link_and_is_a_proof(acme: Acme) -> None:
    assert acme.come_back(acme.leave()).status_code == 302
    assert acme.logged_in == str(acme.user.pk)
    assert Grant.objects.get(source="idp").user_id == acme.user.pk
    assert LoginSession.objects.get().idp == acme.row
    assert social_accounts().get().user == acme.user
    acme.client.logout()
    assert acme.come_back(acme.leave()).status_code == 302
    assert Grant.objects.filter(source="idp").count() == 2


def test_the_request_has_a_nonce_and_pkce_and_nothing_from_the_browser(acme: Acme) -> None:
    away = acme.leave("?auth_params=acr_values%3D0%26nonce%3Dmine&scope=admin")
    asked = parse_qs(urlsplit(away).query)
    assert len(asked["nonce"][0]) == 43
    assert "code_challenge" in asked
    assert "acr_values" not in asked
    assert "admin" not in asked["scope"][0]


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"nonce": None}, {"aud": "other"}, {"iss": "https://other.example"}],
    ids=["nonce", "no nonce", "aud", "iss"],
)
def test_a_token_for_another_sign_in_opens_nothing(acme: Acme, claims: dict[str, Any]) -> None:
    acme.server.claims = claims
    assert acme.come_back(acme.leave()).status_code in {401, 403}
    assert acme.logged_in == ""
    assert not Grant.objects.exists()


def test_a_token_that_nobody_has_signed_opens_nothing(acme: Acme) -> None:
    away = acme.leave()
    acme.server.sent_back(away)
    head, body, _signature = acme.server.token().split(".")
    acme.server.raw = f"{head}.{body}.AAAA"
    assert acme.come_back(away).status_code == 403
    assert acme.logged_in == ""


def test_userinfo_of_somebody_else_opens_nothing(acme: Acme) -> None:
    acme.server.userinfo = {"sub": "mallory"}
    assert acme.come_back(acme.leave()).status_code == 403
    assert acme.logged_in == ""


def test_who_is_not_linked_gets_no_account_whatever_the_e_mail(acme: Acme) -> None:
    FederatedIdentity.objects.all().delete()
    acme.server.userinfo = {"email": acme.user.email, "email_verified": True}
    before = get_user_model().objects.count()
    page = acme.come_back(acme.leave())
    assert page.status_code == 403
    assert "not linked to an account" in page.content.decode()
    assert get_user_model().objects.count() == before
    assert not social_accounts().exists()


def test_a_session_is_never_switched_to_another_person(acme: Acme) -> None:
    other = factories.member(acme.row.tenant).user
    acme.client.force_login(other)
    assert acme.come_back(acme.leave()).status_code == 403
    assert acme.logged_in == str(other.pk)


def test_nobody_connects_past_our_security_page(acme: Acme) -> None:
    acme.client.force_login(acme.user)
    refused = acme.client.post("/accounts/oidc/acme/login/?process=connect")
    assert refused.status_code == 403
    assert not social_accounts().exists()


def test_an_account_of_allauths_that_is_somebody_elses_opens_nothing(acme: Acme) -> None:
    other = factories.member(acme.row.tenant).user
    social_accounts().create(user=other, provider="acme", uid="alice")
    assert acme.come_back(acme.leave()).status_code == 403
    assert acme.logged_in == ""


def test_a_weak_sign_in_logs_in_and_proves_nothing(acme: Acme) -> None:
    acme.server.claims = {"amr": ["pwd"]}
    assert acme.come_back(acme.leave()).status_code == 302
    assert acme.logged_in == str(acme.user.pk)
    assert not Grant.objects.exists()


def test_two_providers_of_one_client_could_be_confused_so_neither_opens(acme: Acme) -> None:
    values = {"issuer": acme.row.issuer, "client_id": acme.row.client_id, "profile": "okta"}
    IdentityProvider.objects.create(tenant=factories.tenant(), name="b", protocol="oidc", **values)
    assert acme.come_back(acme.leave()).status_code == 403


def test_where_only_the_own_provider_opens_a_session_this_one_does(acme: Acme) -> None:
    ask_for_own_sign_in(acme.row.tenant)
    assert acme.come_back(acme.leave()).status_code == 302
    assert acme.logged_in == str(acme.user.pk)


def test_the_names_of_allauths_that_we_use_are_there(acme: Acme) -> None:
    views = "allauth.socialaccount.providers.openid_connect.views.OpenIDConnectOAuth2Adapter"
    assert isinstance(import_string(views).openid_config, property)
    assert callable(import_string("allauth.account.internal.decorators.login_not_required"))

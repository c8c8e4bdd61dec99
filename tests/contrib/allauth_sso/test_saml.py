"""Logins by allauth's SAML, with the context class that it drops."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.module_loading import import_string

from otpguard.models import FederatedIdentity, Grant
from tests import factories
from tests.contrib.allauth_sso.acme import SamlAcme
from tests.saml_idp import PASSWORD, SHA1

pytest.importorskip("allauth")
pytest.importorskip("jwt", reason="otpguard[allauth] is not installed")


def test_the_context_class_is_kept_and_is_a_proof(saml_acme: SamlAcme) -> None:
    assert saml_acme.come_back().status_code == 302
    assert saml_acme.logged_in == str(saml_acme.user.pk)
    assert Grant.objects.get(source="idp").user_id == saml_acme.user.pk


def test_a_password_alone_logs_in_and_proves_nothing(saml_acme: SamlAcme) -> None:
    assert saml_acme.come_back(context=PASSWORD).status_code == 302
    assert saml_acme.logged_in == str(saml_acme.user.pk)
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"signs": False},
        {"audience": "https://other.example"},
        {"until": timedelta(seconds=-900)},
        {"request": "_other"},
        {"algorithm": SHA1},
        {"issuer": "https://other.example"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_what_is_not_for_us_and_now_opens_nothing(saml_acme: SamlAcme, said: Any) -> None:
    assert saml_acme.come_back(**said).status_code in {401, 403}
    assert saml_acme.logged_in == ""
    assert not Grant.objects.exists()


def test_who_is_not_linked_gets_no_account(saml_acme: SamlAcme) -> None:
    FederatedIdentity.objects.all().delete()
    assert saml_acme.come_back().status_code == 403
    assert saml_acme.logged_in == ""


def test_a_session_is_never_switched_to_another_person(saml_acme: SamlAcme) -> None:
    other = factories.member(saml_acme.row.tenant).user
    saml_acme.client.force_login(other)
    assert saml_acme.come_back().status_code == 403
    assert saml_acme.logged_in == str(other.pk)


def test_the_names_of_allauths_that_we_use_are_there(saml_acme: SamlAcme) -> None:
    utils = "allauth.socialaccount.providers.saml.utils"
    assert callable(import_string(f"{utils}.build_sp_config"))

"""Logins by the real djangosaml2, which alone takes a weaker context than was asked for."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.test import Client

from otpguard.models import FederatedIdentity, Grant, IdentityProvider
from tests.contrib.library_sign_in import known_there, use_backend
from tests.saml_idp import ENTITY, MFA, PASSWORD, AuthnRequest, Said, metadata
from tests.sign_in_rule import ask_for_own_sign_in

views = pytest.importorskip("djangosaml2.views")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="the program xmlsec1 is missing"),
]
BACKEND = "otpguard.contrib.djangosaml2.GuardedSamlBackend"
PYSAML_ACS, PYSAML_ENTITY = "http://testserver/saml2/acs/", "http://testserver/saml2/metadata/"


@dataclass
class Site:
    user: AbstractUser
    row: IdentityProvider
    client: Client

    def log_in(self, **said: Any) -> Any:
        begun = self.client.get(f"/saml2/login/?idp={ENTITY}&next=/whoami/")
        assert begun.status_code == 302, begun.content[:500]
        sent = AuthnRequest.of(begun["Location"])
        where = {"audience": PYSAML_ENTITY, "recipient": PYSAML_ACS, "destination": PYSAML_ACS}
        response = Said(**{"request": sent.id, **where, **said}).response()
        form = {"SAMLResponse": response, "RelayState": sent.state}
        self.last = form
        return self.client.post("/saml2/acs/", form)

    @property
    def logged_in(self) -> str:
        return str(self.client.session.get("_auth_user_id", ""))


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> Site:
    use_backend(settings, BACKEND)
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "djangosaml2"]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "djangosaml2.middleware.SamlSessionMiddleware"]
    known = tmp_path / "idp.xml"
    known.write_text(metadata())
    acs = [(PYSAML_ACS, "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST")]
    settings.SAML_CONFIG = {
        "entityid": PYSAML_ENTITY,
        "xmlsec_binary": shutil.which("xmlsec1"),
        "allow_unknown_attributes": True,
        "service": {
            "sp": {
                "endpoints": {"assertion_consumer_service": acs},
                "want_assertions_signed": True,
                "want_response_signed": False,
                "allow_unsolicited": False,
                "requested_authn_context": {
                    "authn_context_class_ref": [MFA],
                    "comparison": "exact",
                },
            }
        },
        "metadata": {"local": [str(known)]},
    }
    fields = {"profile": "generic", "protocol": "saml", "issuer": ENTITY, "metadata": metadata()}
    user, row = known_there(accepted={"contexts": [MFA]}, **fields)
    return Site(user, row, Client())


def test_a_sign_in_opens_the_account_of_our_link_and_is_a_proof(site: Site) -> None:
    answer = site.log_in()
    assert answer.status_code == 302, answer.content[:500]
    assert site.logged_in == str(site.user.pk)
    assert Grant.objects.get(source="idp").user_id == site.user.pk


def test_a_weaker_context_than_asked_opens_nothing(site: Site) -> None:
    page = site.log_in(context=PASSWORD)
    assert page.status_code == 403
    assert "could not confirm you strongly enough" in page.content.decode()
    assert site.logged_in == ""


@pytest.mark.parametrize(
    "said",
    [
        {"signs": False},
        {"audience": "https://other.example"},
        {"until": timedelta(seconds=-900)},
        {"request": "_other"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_what_is_not_for_us_and_now_opens_nothing(site: Site, said: dict[str, Any]) -> None:
    assert site.log_in(**said).status_code == 403
    assert site.logged_in == ""
    assert not Grant.objects.exists()


def test_the_same_response_opens_nothing_twice(site: Site) -> None:
    site.log_in()
    site.client.logout()
    assert site.client.post("/saml2/acs/", site.last).status_code == 403
    assert site.logged_in == ""


def test_nobody_is_found_or_made_by_an_attribute(site: Site) -> None:
    FederatedIdentity.objects.all().delete()
    before = get_user_model().objects.count()
    assert site.log_in(subject=site.user.get_username()).status_code == 403
    assert site.logged_in == ""
    assert get_user_model().objects.count() == before


def test_where_only_the_own_provider_opens_a_session_this_one_does(site: Site) -> None:
    ask_for_own_sign_in(site.row.tenant)
    assert site.log_in().status_code == 302
    assert site.logged_in == str(site.user.pk)


def test_the_names_of_the_library_that_we_override_are_there() -> None:
    view = views.AssertionConsumerServiceView
    for name in ("custom_validation", "post_login_hook", "handle_acs_failure", "get_sp_config"):
        assert callable(getattr(view, name))

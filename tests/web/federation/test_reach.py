"""Whether a provider can be spoken to, asked by who sets it up."""

from __future__ import annotations

from typing import Any

from django.test import RequestFactory

from otpguard.federation.metadata import memory
from otpguard.web.federation.reach import is_usable
from tests.federating import idp
from tests.web.federation.sso_host import SsoHost

REQUEST = RequestFactory().get("/")


def test_a_provider_that_answers_with_its_keys_can_be_used(sso: SsoHost) -> None:
    assert is_usable(REQUEST, sso.row)
    assert sso.server.asked == ["/.well-known/openid-configuration", "/jwks"]


def test_one_without_keys_or_of_another_issuer_cannot(sso: SsoHost) -> None:
    sso.server.keys = []
    assert not is_usable(REQUEST, sso.row)
    memory.clear()
    sso.server.metadata = {"issuer": "https://other.example"}
    assert not is_usable(REQUEST, sso.row)


def test_one_inside_that_the_organization_has_named_cannot(sso: SsoHost) -> None:
    sso.row.outside = True
    assert not is_usable(REQUEST, sso.row)
    assert sso.server.asked == []


def test_saml_metadata_that_are_none_cannot(sso: SsoHost, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.saml_host"
    row = idp(sso.host.tenant, protocol="saml", metadata="<no/>", issuer="urn:x", accepted={})
    assert not is_usable(REQUEST, row)

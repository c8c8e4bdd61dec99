"""Sign-ins by SAML in the browser: posted from another site, and taken in by ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.federation.saml import PythonSaml
from otpguard.federation.speakers import speakers
from otpguard.flows.tenant.policy import change_policy
from otpguard.models import FederatedIdentity, Grant, IdentityProvider, LoginSession
from tests import factories
from tests.federating import idp
from tests.host import Host
from tests.saml_idp import ENTITY, MFA, PASSWORD, AuthnRequest, Said, metadata
from tests.web.federation.sso_host import led_to

BACKEND = "otpguard.contrib.single_sign_on.SingleSignOnBackend"


@pytest.fixture
def row(host: Host, settings: Any) -> Iterator[IdentityProvider]:
    """The tenant's SAML provider, at which the admin is `alice`."""
    settings.ROOT_URLCONF = "tests.saml_host"
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, BACKEND]
    settings.OTPGUARD = {**settings.OTPGUARD, "LOGIN_BACKENDS": {BACKEND: "sso"}}
    before, speakers.saml = speakers.saml, PythonSaml()
    found = idp(
        host.tenant,
        profile="generic",
        protocol="saml",
        issuer=ENTITY,
        metadata=metadata(),
        accepted={"contexts": [MFA]},
        asks_for=[MFA],
    )
    FederatedIdentity.objects.create(provider=found, subject="alice", user=host.user)
    change_policy(
        facts=factories.facts(),
        tenant=host.tenant,
        checkpoint="billing_change",
        wishes={"idp_satisfies": True, "active": True},
    )
    yield found
    speakers.saml = before


def leave(host: Host, row: IdentityProvider) -> AuthnRequest:
    """Press the provider's button on the page of a step-up."""
    page = host.client.get("/billing/")["Location"]
    assert f"/sso/{row.pk}/step-up/" in host.client.get(page).content.decode()
    token = page.rstrip("/").rsplit("/", 1)[1]
    away = host.client.post(reverse("otpguard_sso_step_up", args=[row.pk, token]))
    return AuthnRequest.of(led_to(away))


def post(sent: AuthnRequest, response: str) -> Any:
    """The provider's form, which comes without our cookies."""
    form = {"SAMLResponse": response, "RelayState": sent.state}
    return Client(enforce_csrf_checks=True).post("/saml/acs/", form)


def come_back(host: Host, sent: AuthnRequest, **said: Any) -> Any:
    """The form is posted, and the browser goes on with its cookies."""
    posted = post(sent, Said(sent.id, **said).response())
    assert posted.status_code == 303
    return host.client.get(posted["Location"])


def test_a_sign_in_there_confirms_the_action(host: Host, row: IdentityProvider) -> None:
    answer = come_back(host, leave(host, row))
    assert host.client.get(answer["Location"])["Location"] == "/billing/"
    assert host.client.get("/billing/").status_code == 200


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"context": PASSWORD}, "not_enough"),
        ({"at": timedelta(minutes=-4)}, "unmet"),
        ({"subject": "mallory"}, "other_person"),
        ({"audience": "https://other.example"}, "unreachable"),
        ({"signs": False}, "unreachable"),
    ],
)
def test_what_does_not_serve_leaves_the_other_ways(
    host: Host, row: IdentityProvider, said: dict[str, Any], word: str
) -> None:
    answer = come_back(host, leave(host, row), **said)
    assert answer["Location"].endswith(f"?sso={word}")
    assert host.client.get(answer["Location"]).status_code == 200
    assert not Grant.objects.filter(source="idp").exists()


def test_a_response_serves_once(host: Host, row: IdentityProvider) -> None:
    sent = leave(host, row)
    response = Said(sent.id).response()
    url = post(sent, response)["Location"]
    host.client.get(url)
    assert host.client.get(url).status_code == 410
    assert post(sent, response).status_code == 410
    again = leave_again(host, row)
    answer = host.client.get(post(again, response)["Location"])
    assert answer["Location"].endswith("?sso=unreachable"), "it answers another request"
    assert Grant.objects.filter(source="idp").count() == 1


def leave_again(host: Host, row: IdentityProvider) -> AuthnRequest:
    """A second step-up, after the first proof is gone."""
    Grant.objects.update(revoked_at=timezone.now())
    return leave(host, row)


def test_another_browser_cannot_take_the_response(host: Host, row: IdentityProvider) -> None:
    sent = leave(host, row)
    url = post(sent, Said(sent.id).response())["Location"]
    elsewhere = host.another_client(headers={"Accept": "text/html"})
    assert elsewhere.get(url).status_code == 410
    assert host.client.get(url).status_code == 302


@pytest.mark.parametrize("state", ["", "x", "\x00", "\ud800"], ids=["none", "other", "nul", "half"])
def test_a_response_that_nobody_awaits_is_not_kept(row: IdentityProvider, state: str) -> None:
    form = {"SAMLResponse": "PGE+", "RelayState": state.encode(errors="replace").decode()}
    assert Client().post("/saml/acs/", form).status_code == 410
    assert Client().get("/saml/acs/").status_code == 405


def test_a_huge_response_is_not_kept(host: Host, row: IdentityProvider) -> None:
    assert post(leave(host, row), "A" * 200_000).status_code == 410


def test_a_sign_in_opens_the_linked_account(host: Host, row: IdentityProvider) -> None:
    client = Client(headers={"Accept": "text/html"})
    begun = client.get(reverse("otpguard_sso_login", args=[row.pk]), {"next": "/whoami/"})
    assert begun.status_code == 302, begun.content.decode()[-900:]
    sent = AuthnRequest.of(begun["Location"])
    posted = post(sent, Said(sent.id).response())
    assert client.get(posted["Location"])["Location"] == "/whoami/"
    session = LoginSession.objects.latest("started_at")
    assert (session.primary, session.idp) == ("sso", row)


def test_our_metadata_are_public(row: IdentityProvider) -> None:
    page = Client().get("/saml/metadata/")
    assert page["Content-Type"] == "application/samlmetadata+xml"
    assert b"http://testserver/saml/acs/" in page.content

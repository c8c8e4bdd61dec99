"""An organization's own sign-in service: set up, tested, captured, switched and removed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from otpguard.models import Event, FederatedIdentity, IdentityProvider
from tests import factories
from tests.federating import idp
from tests.host import Host
from tests.siem.receiving import https_receiver, url_of
from tests.stepup import carry_out, continue_form, step_up
from tests.store_down import no_answer
from tests.web.team.enterprise import said_by, strangers

pytestmark = pytest.mark.django_db
PAGE = "/security/team/sign-in/"
WANTED = {
    "name": "Acme",
    "profile": "okta",
    "protocol": "oidc",
    "issuer": "https://acme.okta.example",
    "client_id": "abc",
    "amr": "mfa",
    "max_age": "300",
}


@pytest.fixture(autouse=True)
def mounted(settings: Any, host: Host) -> None:
    settings.ROOT_URLCONF = "tests.team_host"


def test_a_service_is_added_after_a_proof_with_its_secret_typed_once_more(host: Host) -> None:
    stopped = host.client.post(f"{PAGE}add/", {**WANTED, "secret": "s3cret"})
    assert "/step-up/" in stopped["Location"]
    assert not IdentityProvider.objects.exists()
    asked = step_up(host.client, stopped)
    assert "s3cret" not in asked.content.decode()
    text = said_by(host, continue_form(host.client, asked, secret="s3cret"))
    row = IdentityProvider.objects.get()
    assert (row.tenant, row.accepted, row.outside) == (host.tenant, {"amr": ["mfa"]}, True)
    assert row.client_secret.reveal() == "s3cret"
    assert "http://testserver/sso/callback/" in text
    assert "s3cret" not in text
    assert "s3cret" not in host.client.get(f"{PAGE}{row.pk}/change/").content.decode()


def test_the_values_to_copy_fit_the_protocol(host: Host) -> None:
    saml = idp(host.tenant, protocol="saml", accepted={}, issuer="urn:acme")
    text = host.client.get(f"{PAGE}{saml.pk}/").content.decode()
    assert "http://testserver/saml/acs/" in text
    assert "http://testserver/saml/metadata/" in text
    assert "/sso/callback/" not in text


@pytest.mark.parametrize(
    "changed",
    [
        {"amr": "pwd"},
        {"issuer": "http://acme.example"},
        {"issuer": ""},
        {"client_id": ""},
        {"metadata": "ftp://x"},
        {"protocol": "saml"},
        {"protocol": "ldap"},
        {"max_age": "99999"},
        {"profile": "myspace"},
    ],
)
def test_what_could_not_be_used_is_refused_before_a_proof(
    host: Host, changed: dict[str, str]
) -> None:
    answer = host.client.post(f"{PAGE}add/", {**WANTED, **changed})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
    assert not IdentityProvider.objects.exists()


def test_the_same_service_is_refused_the_second_time(host: Host) -> None:
    idp(host.tenant, issuer=WANTED["issuer"], client_id=WANTED["client_id"])
    answer = carry_out(host.client, host.client.post(f"{PAGE}add/", WANTED))
    assert answer.status_code == 400
    assert IdentityProvider.objects.count() == 1


def test_another_issuer_is_told_of_and_ends_the_links(host: Host) -> None:
    row = idp(host.tenant)
    FederatedIdentity.objects.create(provider=row, subject="alice", user=host.user)
    form = host.client.get(f"{PAGE}{row.pk}/change/").content.decode()
    assert "1 person must link their sign-in again" in form
    url = f"{PAGE}{row.pk}/change/"
    carry_out(host.client, host.client.post(url, {**WANTED, "name": "Okta"}))
    row.refresh_from_db()
    assert row.issuer == WANTED["issuer"]
    assert not FederatedIdentity.objects.exists()


def test_a_service_inside_is_not_reached_and_nothing_is_told_of_it(host: Host) -> None:
    with https_receiver() as server:
        row = idp(host.tenant, issuer=url_of(server), outside=True)
        text = host.client.post(f"{PAGE}{row.pk}/test/").content.decode()
        assert server.connections == 0
    assert "cannot be reached" in text
    assert "not public" not in text
    assert "127.0.0.1" not in text


def test_a_captured_sign_in_reads_what_counts(host: Host) -> None:
    row = idp(host.tenant)
    carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/capture/"))
    row.refresh_from_db()
    assert row.capture_next
    said = ["amr=pwd", "amr=mfa", "acr=urn:okta:loa:2fa:any", "amr=<b>odd"]
    row.captured = {"said": said, "authenticated_at": "2026-11-01T10:00:00+00:00"}
    row.save()
    text = host.client.get(f"{PAGE}{row.pk}/").content.decode()
    for wanted in ("does not count", ">counts<", "could count", "password", "&lt;b&gt;odd"):
        assert wanted in text, wanted


def test_it_is_switched_off_and_on_as_was_seen_and_removed(host: Host) -> None:
    row = idp(host.tenant)
    for to, on in (("off", False), ("off", False), ("on", True)):
        carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/switch/", {"to": to}))
        row.refresh_from_db()
        assert row.enabled == on
    assert host.client.post(f"{PAGE}{row.pk}/switch/", {"to": "up"}).status_code == 404
    carry_out(host.client, host.client.post(f"{PAGE}{row.pk}/remove/"))
    assert not IdentityProvider.objects.exists()
    assert Event.objects.filter(kind="idp.changed", tenant_id=host.tenant.pk).count() == 3


def test_a_service_of_another_organization_is_not_there(host: Host) -> None:
    row = idp(factories.tenant(), name="Theirs")
    assert "Theirs" not in host.client.get(PAGE).content.decode()
    assert host.client.get(f"{PAGE}{row.pk}/").status_code == 404
    for path in ("change", "test", "capture", "switch", "remove"):
        answer = host.client.post(f"{PAGE}{row.pk}/{path}/", {**WANTED, "to": "off"})
        assert answer.status_code == 404, path
    row.refresh_from_db()
    assert row.enabled
    assert not row.capture_next


def test_administrators_alone_open_it(host: Host) -> None:
    row = idp(host.tenant, name="Ours")
    for who, client in strangers(host):
        page = client.get(PAGE)
        assert page.status_code == (403 if who == "member" else 200)
        assert "Ours" not in page.content.decode()
        for path in ("change", "test", "capture", "switch", "remove"):
            answer = client.post(f"{PAGE}{row.pk}/{path}/", {**WANTED, "to": "off"})
            assert answer.status_code in {403, 404}, path
    row.refresh_from_db()
    assert row.enabled
    assert Client().get(PAGE).status_code == 302


def test_a_site_without_single_sign_on_has_no_such_page(host: Host, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.guarded"
    assert host.client.get(PAGE).status_code == 404
    assert host.client.post(f"{PAGE}add/", WANTED).status_code == 404
    assert PAGE not in host.client.get("/security/team/").content.decode()


def test_the_page_is_away_with_its_store(host: Host) -> None:
    host.client.get(PAGE)
    with no_answer():
        assert host.client.get(PAGE).status_code == 503

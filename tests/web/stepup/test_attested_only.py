"""End to end: a policy that takes passkeys of trusted makers only, from the page to the proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse

from otpguard.models import Event, Factor
from tests import factories
from tests.authenticator import Authenticator
from tests.host import Host
from tests.manufacturer import Manufacturer
from tests.metadata_service import Service, entry

ORIGIN = "http://testserver"
MAKER, STRANGER = Manufacturer(), Manufacturer()
SAYS_SO = "passkey of a trusted manufacturer"


@pytest.fixture(params=["roots", "metadata"])
def trusting(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> None:
    """The site trusts one maker, by its root or by what the FIDO Alliance says of its model."""
    named: dict[str, Any] = {"POLICY_DEFAULTS": {"billing_change": {"attested_only": True}}}
    if request.param == "roots":
        (tmp_path / "roots.pem").write_text(MAKER.root.pem)
        named["ATTESTATION_ROOTS"] = [str(tmp_path / "roots.pem")]
    else:
        service, key = Service(), Authenticator(origin=ORIGIN)
        (tmp_path / "service.pem").write_text(service.root.pem)
        (tmp_path / "blob.jwt").write_bytes(service.blob(entry(key.aaguid, MAKER)))
        named["ATTESTATION_METADATA"] = str(tmp_path / "blob.jwt")
        named["ATTESTATION_METADATA_ROOT"] = str(tmp_path / "service.pem")
    settings.OTPGUARD = {**settings.OTPGUARD, **named}


def asked(host: Host) -> HttpResponse:
    """The page on which the guarded view ends."""
    return host.client.get("/billing/", follow=True)


def passkey_page(host: Host) -> str:
    """The URL of the form that adds a passkey for the guarded view."""
    return asked(host).request["PATH_INFO"] + "passkey/"


def answer(host: Host, url: str, key: Authenticator) -> HttpResponse:
    options = json.loads(host.client.get(url).context["options"])
    return host.client.post(url, {"code": json.dumps(key.create(options))})


def test_the_page_says_it_a_stranger_is_refused_and_a_trusted_maker_passes(
    host: Host, trusting: None
) -> None:
    Factor.objects.all().delete()
    page = passkey_page(host)
    assert SAYS_SO in host.client.get(page).content.decode()
    begun = host.client.post(page, {"name": "Key"})["Location"]
    assert SAYS_SO in host.client.get(begun).content.decode()

    for key in (
        Authenticator(origin=ORIGIN),
        Authenticator(origin=ORIGIN, attestation=STRANGER),
        Authenticator(origin=ORIGIN, attestation=MAKER, backup_eligible=True),
    ):
        refused = answer(host, begun, key)
        assert refused.status_code == 400
        assert "its manufacturer is not trusted" in refused.content.decode()
    assert not Factor.objects.filter(confirmed=True).exists()
    failed = Event.objects.filter(kind="factor.ceremony_failed")
    assert {json.loads(row.body)["data"]["fault"] for row in failed} == {"not_trusted"}

    assert answer(host, begun, Authenticator(origin=ORIGIN, attestation=MAKER)).status_code == 303
    assert Factor.objects.get().attested
    assert host.client.get("/billing/").status_code == 200


def test_an_older_passkey_of_a_stranger_does_not_do_and_the_page_says_what_does(
    host: Host, trusting: None
) -> None:
    Factor.objects.all().delete()
    factories.passkey_factor(host.user, Authenticator(origin=ORIGIN))
    page = asked(host)
    assert "/enroll" in page.request["PATH_INFO"]
    assert "The passkey that you have is not accepted here" in page.content.decode()


def test_a_model_that_is_denied_later_does_not_do_any_more(
    host: Host, trusting: None, settings: Any
) -> None:
    Factor.objects.all().delete()
    key = Authenticator(origin=ORIGIN, attestation=MAKER)
    begun = host.client.post(passkey_page(host), {"name": "Key"})["Location"]
    answer(host, begun, key)
    another = host.another_client(headers={"Accept": "text/html"})
    assert "/enroll" not in another.get("/billing/", follow=True).request["PATH_INFO"]
    denied = {"ATTESTATION_DENIED_AAGUIDS": [str(key.aaguid)]}
    settings.OTPGUARD = {**settings.OTPGUARD, **denied}
    assert "/enroll" in another.get("/billing/", follow=True).request["PATH_INFO"]


def test_where_any_maker_will_do_nothing_is_said_of_makers(host: Host) -> None:
    Factor.objects.all().delete()
    url = passkey_page(host)
    assert SAYS_SO not in host.client.get(url).content.decode()
    begun = host.client.post(url, {"name": "Key"})["Location"]
    assert SAYS_SO not in host.client.get(begun).content.decode()

"""A tenant's admin claims and verifies domains over the API after a proof."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from otpguard.models import VerifiedDomain
from tests import factories
from tests.dns_server import Zone, dns_server
from tests.host import Host
from tests.stepup import step_up
from tests.verifying import DOMAIN, verified

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/security/api/domains/"
API = {"Accept": "application/json"}


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    path = "tests.dns_server.LoopbackTexts"
    settings.OTPGUARD = {**settings.OTPGUARD, "DOMAIN_RESOLVER": path}
    with dns_server() as found:
        yield found


def call(client: Client, method: str, path: str = "", body: Any = None) -> Any:
    data = json.dumps(body) if body is not None else ""
    return client.generic(method, URL + path, data, "application/json", headers=API)


def proven(client: Client, method: str, path: str = "", body: Any = None) -> Any:
    """The answer after a proof for exactly this."""
    refused = call(client, method, path, body)
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(client, refused)
    return call(client, method, path, body)


def test_a_domain_is_claimed_verified_and_given_up(host: Host, zone: Zone) -> None:
    made = proven(host.client, "POST", body={"domain": DOMAIN})
    assert made.status_code == 201
    said = made.json()
    assert said["verified"] is False
    zone.texts[said["record_name"]] = [said["record_text"]]
    seen = proven(host.client, "POST", f"{said['id']}/check/").json()
    assert (seen["seen"], seen["verified"]) == ("verified", True)
    assert call(host.client, "GET", f"{said['id']}/").json()["verified"] is True
    assert len(call(host.client, "GET").json()["domains"]) == 1
    assert proven(host.client, "DELETE", f"{said['id']}/").json() == {"removed": True}
    assert not VerifiedDomain.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"domain": "gmail.com"}, "domain"),
        ({"domain": ""}, "domain"),
        ({}, "domain"),
        ({"domain": ["a"]}, "domain"),
        ({"domain": DOMAIN, "tenant": "x"}, "tenant"),
    ],
)
def test_what_is_wrong_is_told(host: Host, body: dict[str, Any], field: str) -> None:
    refused = call(host.client, "POST", body=body)
    if refused.status_code == 401:
        step_up(host.client, refused)
        refused = call(host.client, "POST", body=body)
    assert refused.status_code == 400
    assert refused.json()["field"] == field
    assert not VerifiedDomain.objects.exists()


def test_another_tenants_domain_is_nowhere(host: Host) -> None:
    row = verified(factories.tenant())
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "check/")):
        assert call(host.client, method, f"{row.pk}/{path}").status_code == 404
    assert call(host.client, "GET", f"{uuid4()}/").status_code == 404
    assert call(host.client, "GET").json() == {"domains": []}

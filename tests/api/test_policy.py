"""A tenant's admin reads and sets the tenant's own policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from otpguard.models import PolicyWish
from tests import factories
from tests.host import Host
from tests.stepup import step_up

URL = "/security/api/policies/api_key/"
API = {"Accept": "application/json"}


def put(client: Client, wishes: dict[str, Any], url: str = URL) -> Any:
    return client.put(url, json.dumps(wishes), "application/json", headers=API)


def test_an_admin_reads_the_effective_policy(host: Host) -> None:
    document = host.client.get(URL, headers=API).json()
    assert document["policy"]["ttl"] == 1200
    assert (document["version"], document["wishes"]) == (0, {})


def test_setting_a_wish_is_a_step_up_bound_to_it(host: Host) -> None:
    refused = put(host.client, {"ttl": 900})
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(host.client, refused)
    other = put(host.client, {"ttl": 600})
    assert other.status_code == 401, "the proof was for another wish"
    done = put(host.client, {"ttl": 900})
    assert (done.status_code, done.json()["version"]) == (200, 1)
    assert host.client.get(URL, headers=API).json()["policy"]["ttl"] == 900


def test_a_field_is_offered_only_where_it_does_something(host: Host) -> None:
    grant = "/security/api/policies/role_grant/"
    assert "hold" in host.client.get(grant, headers=API).json()["policy"]
    for slug in ("api_key", "data_export", "factor_change.strong"):
        url = f"/security/api/policies/{slug}/"
        assert "hold" not in host.client.get(url, headers=API).json()["policy"]
        refused = put(host.client, {"hold": 60}, url)
        assert (refused.status_code, refused.json()["field"]) == (400, "hold")


def test_a_window_of_31_minutes_is_refused_before_any_code_is_asked(host: Host) -> None:
    refused = put(host.client, {"ttl": 31 * 60})
    assert refused.status_code == 400
    document = refused.json()
    assert (document["code"], document["field"]) == ("invalid_input", "ttl")
    assert "1800" in document["detail"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"tlt": 900},
        {"enforcement": "report_only"},
        {"allowed_factors": ["phone"]},
        {"ttl": "x"},
        {"attested_only": True},
    ],
    ids=["unknown field", "the site's alone", "without a passkey", "not a number", "no maker"],
)
def test_a_wish_that_cannot_be_is_a_problem_at_its_field(
    host: Host, wishes: dict[str, Any]
) -> None:
    refused = put(host.client, wishes)
    assert refused.status_code == 400
    assert refused.json()["field"] == next(iter(wishes))
    assert not PolicyWish.objects.exists()


def test_a_body_that_is_no_object_is_a_400(host: Host) -> None:
    refused = host.client.put(URL, "[1, 2]", "application/json", headers=API)
    assert refused.status_code == 400


def test_only_an_admin_of_this_tenant_may(host: Host) -> None:
    plain = factories.member(host.tenant, roles=["member"]).user
    elsewhere = factories.member(factories.tenant(), roles=["admin"]).user
    for user in (plain, elsewhere):
        client = factories.login(Client(), user, host.tenant)
        assert client.get(URL, headers=API).status_code == 403
        assert put(client, {"ttl": 900}).status_code == 403
    assert Client().get(URL, headers=API).status_code in {401, 403}


def test_an_unknown_checkpoint_is_a_404(host: Host) -> None:
    assert host.client.get("/security/api/policies/api_kay/", headers=API).status_code == 404

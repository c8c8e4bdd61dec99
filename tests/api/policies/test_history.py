"""Versions of wishes: listed, compared, brought back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from otpguard.models import PolicyWish, Tenant
from tests import factories
from tests.host import Host
from tests.stepup import step_up

BASE = "/security/api/policies/api_key"
API = {"Accept": "application/json"}


def wished(tenant: Tenant, *versions: dict[str, Any]) -> None:
    for number, wishes in enumerate(versions, 1):
        PolicyWish.objects.create(
            tenant=tenant,
            checkpoint="api_key",
            version=number,
            wishes=wishes,
            current=number == len(versions),
        )


def back(client: Client, version: Any, tag: str | None) -> Any:
    headers = API if tag is None else {**API, "If-Match": tag}
    body = json.dumps({"version": version})
    return client.post(f"{BASE}/rollback/", body, "application/json", headers=headers)


def test_versions_come_a_page_at_a_time_the_newest_first(host: Host) -> None:
    wished(host.tenant, {"ttl": 600}, {"ttl": 300}, {})
    wished(factories.tenant(), {"ttl": 1})
    first = host.client.get(f"{BASE}/versions/?limit=2", headers=API).json()
    assert [(each["version"], each["current"]) for each in first["versions"]] == [
        (3, True),
        (2, False),
    ]
    last = host.client.get(first["next"], headers=API).json()
    assert ([each["wishes"] for each in last["versions"]], last["next"]) == ([{"ttl": 600}], None)


def test_two_versions_are_compared_by_field(host: Host) -> None:
    wished(host.tenant, {"ttl": 600, "max_attempts": 3}, {"ttl": 300, "code_ttl": 60})
    found = host.client.get(f"{BASE}/diff/?before=1", headers=API).json()
    assert (found["before"], found["after"]) == (1, 2)
    assert found["changed"] == {
        "code_ttl": {"before": None, "after": 60},
        "max_attempts": {"before": 3, "after": None},
        "ttl": {"before": 600, "after": 300},
    }


@pytest.mark.parametrize("query", ["", "before=x", "before=9", "before=-1", "before=" + "9" * 5000])
def test_a_version_that_there_is_not_is_a_400(host: Host, query: str) -> None:
    assert host.client.get(f"{BASE}/diff/?{query}", headers=API).status_code == 400


def test_another_tenants_versions_are_not_there(host: Host) -> None:
    wished(factories.tenant(), {"ttl": 600})
    assert host.client.get(f"{BASE}/diff/?before=1", headers=API).status_code == 400
    assert back(host.client, 1, '"0"').status_code == 400


def test_a_version_is_brought_back_after_a_step_up(host: Host) -> None:
    wished(host.tenant, {"ttl": 600}, {"ttl": 300})
    refused = back(host.client, 1, '"2"')
    assert refused.status_code == 401
    step_up(host.client, refused)
    done = back(host.client, 1, '"2"')
    assert (done.status_code, done["ETag"]) == (200, '"3"')
    assert done.json()["wishes"] == {"ttl": 600}


def test_it_says_which_version_it_was_made_for(host: Host) -> None:
    wished(host.tenant, {"ttl": 600}, {"ttl": 300})
    assert back(host.client, 1, None).status_code == 428
    assert back(host.client, 1, '"1"').status_code == 412
    assert back(host.client, True, '"2"').status_code == 400


def test_a_member_sees_no_versions(host: Host) -> None:
    plain = factories.member(host.tenant, roles=["member"]).user
    factories.login(host.client, plain, host.tenant)
    for url in ("versions/", "diff/?before=0"):
        assert host.client.get(f"{BASE}/{url}", headers=API).status_code == 403
    assert back(host.client, 0, '"0"').status_code == 403

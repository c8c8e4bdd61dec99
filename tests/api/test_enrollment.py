"""A tenant's admin reads coverage and sets the tenant's own rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from otpguard.models import EnrollmentRule
from otpguard.testing import captured_events
from tests import factories
from tests.enrolling import rule
from tests.host import Host
from tests.stepup import step_up

ALL = "/security/api/enrollment/"
ADMINS = f"{ALL}admin/"
COVERAGE = "/security/api/coverage/"
API = {"Accept": "application/json"}
JSON = "application/json"


def put(client: Client, body: Any, url: str = ALL) -> Any:
    return client.put(url, json.dumps(body), JSON, headers=API)


def test_coverage_is_counted_for_the_callers_tenant(host: Host) -> None:
    factories.member(host.tenant, roles=["member"])
    factories.member(factories.tenant(), host.user)
    document = host.client.get(COVERAGE, headers=API).json()
    assert document == {
        "profile": "saas-2026",
        "members": 2,
        "enrolled": 1,
        "due": 0,
        "overdue": 0,
        "by_kind": {"phone": 1},
        "by_level": {"AAL2": 1},
        "by_role": {
            "admin": {"members": 1, "enrolled": 1, "due": 0, "overdue": 0},
            "member": {"members": 1, "enrolled": 0, "due": 0, "overdue": 0},
        },
    }


def test_setting_a_rule_is_a_step_up_bound_to_it(host: Host) -> None:
    refused = put(host.client, {"level": "AAL2", "grace_days": 7}, ADMINS)
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(host.client, refused)
    for other in ({"level": "AAL2", "grace_days": 6}, {"level": None, "grace_days": 7}):
        assert put(host.client, other, ADMINS).status_code == 401, "the proof was for another rule"
    assert put(host.client, {"level": "AAL2", "grace_days": 7}).status_code == 401, "another role"
    assert not EnrollmentRule.objects.exists()
    with captured_events() as events:
        done = put(host.client, {"level": "AAL2", "grace_days": 7}, ADMINS)
    assert done.status_code == 200
    assert "enrollment.changed" in [event["kind"] for event in events]
    shown = host.client.get(ADMINS, headers=API).json()
    assert shown == done.json()
    assert (shown["role"], shown["level"], shown["grace_days"]) == ("admin", "AAL2", 7)
    assert EnrollmentRule.objects.get().tenant == host.tenant


def test_the_rule_for_everybody_has_the_url_without_a_role(host: Host) -> None:
    step_up(host.client, put(host.client, {"grace_days": 7}))
    assert put(host.client, {"grace_days": 7}).status_code == 200
    rule(None, "owner", level=3)
    rule(factories.tenant())
    document = host.client.get(ALL, headers=API).json()
    assert [r["role"] for r in document["rules"]] == [""]
    assert [(r["role"], r["level"]) for r in document["site_rules"]] == [("owner", "AAL3")]


@pytest.mark.parametrize("url", [ALL, ADMINS])
def test_removing_a_rule_is_a_step_up_too(host: Host, url: str) -> None:
    rule(host.tenant, "admin" if url == ADMINS else "")
    rule(None, "admin"), rule(None), rule(factories.tenant(), "admin")
    step_up(host.client, host.client.delete(url, headers=API))
    assert host.client.delete(url, headers=API).status_code == 204
    assert EnrollmentRule.objects.count() == 3, "the site's and the other tenant's stay"
    assert host.client.delete(url, headers=API).status_code == 404
    assert host.client.get(ADMINS, headers=API).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"grace_days": 366}, "grace_days"),
        ({}, "grace_days"),
        ({"grace_days": 1, "level": "AAL9"}, "level"),
        ({"grace_days": 1, "starts_at": [1]}, "starts_at"),
        ({"grace_day": 1}, "grace_day"),
        ({"grace_days": 1, "tenant": "x"}, "tenant"),
    ],
)
def test_a_mistake_is_a_problem_at_its_field_before_any_code_is_asked(
    host: Host, body: dict[str, Any], field: str
) -> None:
    refused = put(host.client, body)
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json()["field"]) == ("invalid_input", field)


def test_a_role_or_a_body_that_cannot_be_is_a_400(host: Host) -> None:
    assert put(host.client, {"grace_days": 1}, f"{ALL}Big%20Boss/").json()["field"] == "role"
    whole = put(host.client, [1, 2])
    assert (whole.status_code, whole.json()["field"]) == (400, "")
    assert host.client.put(ALL, "{", JSON, headers=API).status_code == 400
    assert not EnrollmentRule.objects.exists()


def test_only_an_admin_of_this_tenant_may(host: Host) -> None:
    rule(host.tenant), rule(host.tenant, "admin")
    plain = factories.member(host.tenant, roles=["member"]).user
    former = factories.member(host.tenant, roles=["admin"], active=False).user
    elsewhere = factories.member(factories.tenant(), roles=["admin"]).user
    visitor = Client()
    clients = [factories.login(Client(), who, host.tenant) for who in (plain, former, elsewhere)]
    for client in (*clients, visitor):
        for url in (COVERAGE, ALL, ADMINS):
            assert client.get(url, headers=API).status_code in {401, 403}
        for url in (ALL, ADMINS):
            assert put(client, {"grace_days": 1}, url).status_code in {401, 403}
            assert client.delete(url, headers=API).status_code in {401, 403}
    assert EnrollmentRule.objects.count() == 2

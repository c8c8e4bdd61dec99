"""Exceptions by the API: a tenant's admins read their own, the site's operators grant and end."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.utils import timezone

from otpguard.models import PolicyException, Tenant
from otpguard.testing import captured_events
from tests import factories
from tests.excepting import grant, set_floor
from tests.host import Host
from tests.stepup import step_up

ALL = "/security/api/exceptions/"
API = {"Accept": "application/json"}


@pytest.fixture
def tenant(host: Host, settings: Any) -> Tenant:
    set_floor(settings)
    return host.tenant


@pytest.fixture
def operator(host: Host) -> AbstractUser:
    person = factories.staff("operator")
    factories.phone_factor(person)
    return person


@pytest.fixture
def site(operator: AbstractUser) -> Client:
    return factories.login(Client(), operator)


def body(of: Tenant, by: Any, **changed: Any) -> dict[str, Any]:
    usual = {
        "tenant": of.slug,
        "checkpoint": "billing_change",
        "field": "ttl",
        "value": 1200,
        "owner": str(by.pk),
        "expires_at": (timezone.now() + timedelta(days=30)).isoformat(),
        "reason": "moving house",
    }
    return {**usual, **changed}


def post(client: Client, data: Any, url: str = ALL) -> Any:
    return client.post(url, json.dumps(data), "application/json", headers=API)


def end_of(pk: object) -> str:
    return f"{ALL}{pk}/end/"


def listed(client: Client, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(ALL, params, headers=API).json()["exceptions"]
    return found


# --- reading --------------------------------------------------------------------------------------


def test_an_admin_reads_the_exceptions_of_the_tenant_and_of_no_other(
    host: Host, tenant: Tenant
) -> None:
    mine = grant(tenant)
    grant(factories.tenant())
    (shown,) = listed(host.client)
    assert (shown["id"], shown["tenant"]) == (str(mine.pk), tenant.slug)
    assert (shown["field"], shown["value"], shown["state"]) == ("ttl", 1200, "running")


def test_the_newest_comes_first_and_what_runs_can_be_asked_for(host: Host, tenant: Tenant) -> None:
    over = grant(tenant)
    factories.age(over, ended_at=timezone.now())
    runs = grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    factories.age(runs, created_at=over.created_at - timedelta(days=1))
    assert [each["id"] for each in listed(host.client)] == [str(over.pk), str(runs.pk)]
    assert [each["id"] for each in listed(host.client, running="true")] == [str(runs.pk)]
    wrong = host.client.get(ALL, {"running": "1"}, headers=API)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "running")


def test_the_site_reads_all(site: Client, tenant: Tenant) -> None:
    grant(tenant)
    grant(factories.tenant())
    assert len(listed(site)) == 2


def test_the_policy_says_that_an_exception_holds_and_until_when(host: Host, tenant: Tenant) -> None:
    url = "/security/api/policies/billing_change/"
    assert host.client.get(url, headers=API).json()["exceptions"] == []
    row = grant(tenant)
    grant(factories.tenant())
    grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    document = host.client.get(url, headers=API).json()
    assert document["policy"]["ttl"] == 1200
    (shown,) = document["exceptions"]
    assert (shown["field"], shown["expires_at"]) == ("ttl", row.expires_at.isoformat())
    factories.age(row, ended_at=timezone.now())
    assert host.client.get(url, headers=API).json()["exceptions"] == []


# --- granting and ending --------------------------------------------------------------------------


def test_granting_is_a_step_up_bound_to_all_of_it(
    site: Client, operator: AbstractUser, tenant: Tenant
) -> None:
    wanted = body(tenant, operator)
    refused = post(site, wanted)
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(site, refused)
    later = (timezone.now() + timedelta(days=300)).isoformat()
    for other in ({"expires_at": later}, {"value": 900}, {"reason": "because"}):
        assert post(site, {**wanted, **other}).status_code == 401, other
    assert not PolicyException.objects.exists()
    with captured_events() as events:
        done = post(site, wanted)
    assert done.status_code == 201
    row = PolicyException.objects.get()
    assert done.json()["id"] == str(row.pk)
    assert (row.tenant, row.created_by, row.owner) == (tenant, operator, operator)
    assert "exception.granted" in [event["kind"] for event in events]
    assert post(site, wanted).status_code == 400, "there is one already"


def test_ending_is_a_step_up_too(site: Client, tenant: Tenant, operator: AbstractUser) -> None:
    row = grant(tenant)
    refused = post(site, {"reason": "done"}, end_of(row.pk))
    assert (refused.status_code, refused.json()["checkpoint"]) == (401, "security_settings")
    step_up(site, refused)
    assert post(site, {"reason": "other"}, end_of(row.pk)).status_code == 401
    done = post(site, {"reason": "done"}, end_of(row.pk))
    assert (done.status_code, done.json()["ended"], done.json()["state"]) == (200, True, "ended")
    row.refresh_from_db()
    assert (row.ended_by, row.end_reason) == (operator, "done")


def test_what_is_over_is_said_to_be_over(site: Client, tenant: Tenant) -> None:
    row = grant(tenant)
    factories.age(row, ended_at=timezone.now())
    step_up(site, post(site, {"reason": "done"}, end_of(row.pk)))
    assert post(site, {"reason": "done"}, end_of(row.pk)).json()["ended"] is False


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tenant": "nowhere"}, "tenant"),
        ({"checkpoint": "*"}, "checkpoint"),
        ({"checkpoint": "biling_change"}, "checkpoint"),
        ({"checkpoint": ["api_key"]}, "checkpoint"),
        ({"field": "enforcement"}, "field"),
        ({"field": {}}, "field"),
        ({"value": 1860}, "value"),
        ({"value": 300}, "value"),
        ({"value": [1]}, "value"),
        ({"owner": "nobody"}, "owner"),
        ({"owner": None}, "owner"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": [1]}, "expires_at"),
        ({"reason": ""}, "reason"),
        ({"valeu": 1}, "valeu"),
    ],
)
def test_a_mistake_is_a_problem_at_its_field_before_any_code_is_asked(
    site: Client, operator: AbstractUser, tenant: Tenant, changed: dict[str, Any], field: str
) -> None:
    refused = post(site, body(tenant, operator, **changed))
    assert refused.status_code == 400
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json()["field"]) == ("invalid_input", field)


def test_a_body_that_is_no_object_is_a_400(site: Client, tenant: Tenant) -> None:
    assert post(site, [1, 2]).json()["code"] == "invalid_input"
    row = grant(tenant)
    assert post(site, [1, 2], end_of(row.pk)).json()["field"] == "reason"


def test_an_exception_that_is_not_there_is_a_problem_of_its_own(site: Client) -> None:
    answer = post(site, {"reason": "x"}, end_of(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# --- who may --------------------------------------------------------------------------------------


def test_a_tenants_admin_grants_and_ends_none(
    host: Host, tenant: Tenant, operator: AbstractUser
) -> None:
    row = grant(tenant, checkpoint="api_key", field="required_level", value="AAL2")
    for answer in (
        post(host.client, body(tenant, operator)),
        post(host.client, {"reason": "x"}, end_of(row.pk)),
    ):
        assert answer.status_code == 403
        assert b"Only the operators of the site" in answer.content
    row.refresh_from_db()
    assert row.ended_at is None
    assert PolicyException.objects.count() == 1


def test_an_operator_inside_a_tenant_grants_none(
    site: Client, operator: AbstractUser, tenant: Tenant
) -> None:
    factories.member(tenant, operator, roles=["admin"])
    factories.select(site, tenant)
    assert post(site, body(tenant, operator)).status_code == 403
    assert len(listed(site)) == 0


def test_nobody_else_reads_or_writes_any(host: Host, tenant: Tenant) -> None:
    row = grant(tenant)
    plain = factories.member(tenant, roles=["member"]).user
    elsewhere = factories.member(factories.tenant(), roles=["admin"]).user
    staff = factories.user(is_staff=True)
    clients = [
        Client(),
        factories.login(Client(), plain, tenant),
        factories.login(Client(), elsewhere, tenant),
        factories.login(Client(), plain),
        factories.login(Client(), staff),
    ]
    for client in clients:
        assert client.get(ALL, headers=API).status_code in {401, 403}
        assert post(client, body(tenant, staff)).status_code in {401, 403}
        assert post(client, {"reason": "x"}, end_of(row.pk)).status_code in {401, 403}
    assert PolicyException.objects.get().ended_at is None


@pytest.mark.parametrize(("word", "reads", "writes"), [("view", 200, 403), ("change", 200, 401)])
def test_staff_do_here_what_they_may_in_the_admin(
    host: Host, tenant: Tenant, word: str, reads: int, writes: int
) -> None:
    person = factories.user(is_staff=True)
    factories.phone_factor(person)
    person.user_permissions.add(Permission.objects.get(codename=f"{word}_policyexception"))
    client = factories.login(Client(), person)
    assert client.get(ALL, headers=API).status_code == reads
    assert post(client, body(tenant, person)).status_code == writes

"""The door of SCIM: who gets in, how much is read, and what every answer looks like."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from otpguard.models import ScimToken, ScimUser, Tenant
from tests.scim.speaking import USER, Directory, directory
from tests.store_down import store_down

pytestmark = pytest.mark.django_db


def test_a_token_opens_its_own_tenant(acme: Directory) -> None:
    assert acme.get("/Users")["totalResults"] == 0


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer nonsense", "Basic YTpi", "Token x"])
def test_without_a_token_the_answer_is_401_with_bearer(acme: Directory, header: str) -> None:
    found = Client().get(f"/scim/v2/{acme.tenant.slug}/Users", headers={"Authorization": header})
    assert found.status_code == 401
    assert found["WWW-Authenticate"].startswith("Bearer")
    assert found["Content-Type"] == "application/scim+json"
    assert found.json()["status"] == "401"


def test_a_token_of_another_tenant_opens_nothing_and_says_no_more(acme: Directory) -> None:
    other = directory()
    answers = []
    for slug in (other.tenant.slug, "no-such-tenant"):
        found = Client().get(
            f"/scim/v2/{slug}/Users", headers={"Authorization": f"Bearer {acme.secret}"}
        )
        answers.append((found.status_code, found.content))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


def test_a_suspended_tenant_and_a_revoked_token_are_401(acme: Directory) -> None:
    Tenant.objects.filter(pk=acme.tenant.pk).update(status=Tenant.Status.SUSPENDED)
    assert acme.send("GET", "/Users").status_code == 401
    Tenant.objects.filter(pk=acme.tenant.pk).update(status=Tenant.Status.ACTIVE)
    assert acme.send("GET", "/Users").status_code == 200
    ScimToken.objects.update(revoked_at="2020-01-01T00:00:00Z")
    assert acme.send("GET", "/Users").status_code == 401


def test_nobody_sees_or_changes_the_people_of_another_tenant(acme: Directory) -> None:
    other = directory()
    hers, group = other.person("eve"), other.group("Sales")
    for path in (f"/Users/{hers['id']}", f"/Groups/{group['id']}"):
        assert acme.send("GET", path).status_code == 404
        assert acme.send("DELETE", path).status_code == 404
        body = {"schemas": [USER], "userName": "x", "displayName": "x"}
        assert acme.send("PUT", path, body).status_code in {400, 404}
        gone = acme.patch(path, {"op": "replace", "path": "displayName", "value": "x"})
        assert gone.status_code == 404
    assert acme.get("/Users")["totalResults"] == 0
    assert acme.send("POST", "/Groups", {"displayName": "G", "members": [{"value": hers["id"]}]})
    mine = acme.group("Mine")
    joined = acme.patch(
        f"/Groups/{mine['id']}", {"op": "add", "path": "members", "value": [{"value": hers["id"]}]}
    )
    assert joined.status_code == 400
    assert other.get(f"/Users/{hers['id']}").get("groups") is None


def test_a_body_of_50_mb_is_refused_before_it_is_read(
    acme: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    real = WSGIRequest.read

    def counting(self: Any, *args: Any, **kwargs: Any) -> Any:
        found = real(self, *args, **kwargs)
        read.append(len(found))
        return found

    monkeypatch.setattr(WSGIRequest, "read", counting)
    found = acme.send("POST", "/Users", b" " * (50 * 1024 * 1024))
    assert found.status_code == 413
    assert json.loads(found.content)["status"] == "413"
    assert read == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"7",
        b"{",
        b"\xff\xfe",
        b'{"userName": "a\\u0000b"}',
        b'{"userName": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_what_is_no_resource_is_400(acme: Directory, body: bytes) -> None:
    for method, path in (("POST", "/Users"), ("POST", "/Groups"), ("POST", "/Bulk")):
        found = acme.send(method, path, body)
        assert found.status_code == 400, (path, found.content)
        assert "schemas" in json.loads(found.content)


def test_an_unknown_schema_is_refused_and_writes_nothing(acme: Directory) -> None:
    found = acme.send("POST", "/Users", {"schemas": ["urn:x:y"], "userName": "ann"})
    assert found.status_code == 400
    assert not ScimUser.objects.exists()


def test_a_token_that_reads_writes_nothing() -> None:
    reads = directory(scope="read")
    assert reads.get("/Users")["totalResults"] == 0
    for path in ("/Users", "/Groups"):
        found = reads.send("POST", path, {"userName": "ann", "displayName": "Sales"})
        assert found.status_code == 403
    bulk = reads.send(
        "POST",
        "/Bulk",
        {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [
                {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ann"}}
            ],
        },
    )
    assert json.loads(bulk.content)["Operations"][0]["status"] == "403"
    assert not ScimUser.objects.exists()


def test_a_token_for_people_leaves_groups_alone() -> None:
    only = directory(scope="users")
    only.person("ann")
    found = only.send("POST", "/Groups", {"schemas": [], "displayName": "Sales"})
    assert found.status_code == 403


def test_discovery_is_served(acme: Directory) -> None:
    config = acme.get("/ServiceProviderConfig")
    assert config["patch"]["supported"]
    assert config["bulk"]["maxOperations"] > 0
    names = {each["name"] for each in acme.get("/ResourceTypes")["Resources"]}
    assert names == {"User", "Group"}
    assert "null" not in json.dumps(acme.get("/Schemas"))


@pytest.mark.parametrize("path", ["", "/", "/Nobody", "/Users/x/y", "/Users/%00", "/Me"])
def test_an_unknown_place_is_an_error_of_scim(acme: Directory, path: str) -> None:
    found = acme.send("GET", path)
    assert found.status_code in {200, 404, 501}
    assert found["Content-Type"] == "application/scim+json"


@pytest.mark.django_db(transaction=True)
def test_without_the_store_the_answer_is_503(acme: Directory) -> None:
    with store_down():
        found = acme.send("GET", "/Users")
    assert found.status_code == 503
    assert json.loads(found.content)["status"] == "503"

"""Groups: members by vendors' forms, roles that they give, and who decides on that."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.flows.scim.group import map_group
from otpguard.models import Event, Hold, Membership, Notice, ScimGroup
from tests import factories
from tests.scim.crowd import counted, crowd
from tests.scim.speaking import GROUP, PATCH, Directory, directory

pytestmark = pytest.mark.django_db


def mapped(acme: Directory, group: Any, role: str) -> None:
    row = ScimGroup.objects.get(pk=group["id"])
    map_group(facts=factories.facts(None, acme.tenant), group=row, role=role)


def roles(person: Any) -> list[str]:
    found: list[str] = Membership.objects.get(user__email=person["userName"]).roles
    return found


def members(acme: Directory, group: Any) -> set[str]:
    found = acme.get(f"/Groups/{group['id']}")
    return {each["value"] for each in found.get("members") or []}


def test_a_group_gives_nothing_until_somebody_says_which_role(acme: Directory) -> None:
    ann = acme.person("ann")
    group = acme.group("admin", ann)
    assert roles(ann) == []
    mapped(acme, group, "editor")
    assert roles(ann) == ["editor"]


def test_two_groups_give_both_roles_and_what_others_gave_stays(acme: Directory) -> None:
    ann = acme.person("ann")
    one, two = acme.group("One", ann), acme.group("Two", ann)
    Membership.objects.update(roles=["auditor"])
    mapped(acme, one, "editor")
    mapped(acme, two, "owner")
    assert roles(ann) == ["auditor", "editor", "owner"]
    acme.patch(f"/Groups/{one['id']}", {"op": "remove", "path": f'members[value eq "{ann["id"]}"]'})
    assert roles(ann) == ["auditor", "owner"]
    acme.send("DELETE", f"/Groups/{two['id']}")
    assert roles(ann) == ["auditor"]


def test_one_role_of_two_groups_ends_with_the_last_of_them(acme: Directory) -> None:
    ann = acme.person("ann")
    one, two = acme.group("One", ann), acme.group("Two", ann)
    mapped(acme, one, "editor")
    mapped(acme, two, "editor")
    acme.send("DELETE", f"/Groups/{one['id']}")
    assert roles(ann) == ["editor"]
    acme.send("DELETE", f"/Groups/{two['id']}")
    assert roles(ann) == []


def test_an_admin_role_by_a_group_starts_the_wait_and_is_told(acme: Directory) -> None:
    factories.member(acme.tenant, roles=["admin"])
    ann, group = acme.person("ann"), acme.group("Admins")
    mapped(acme, group, "admin")
    acme.patch(
        f"/Groups/{group['id']}", {"op": "Add", "path": "members", "value": [{"value": ann["id"]}]}
    )
    assert roles(ann) == ["admin"]
    hold = Hold.objects.get(user__email=ann["userName"])
    assert hold.until > timezone.now() + timedelta(hours=23)
    assert Notice.objects.filter(kind="role_granted").exists()


def test_where_two_must_agree_a_directory_gives_no_admin_role(
    acme: Directory, settings: Any
) -> None:
    defaults = {"role_grant": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}
    factories.member(acme.tenant, roles=["admin"])
    ann = acme.person("ann")
    group = acme.group("Admins", ann)
    mapped(acme, group, "admin")
    assert roles(ann) == []
    body = json.loads(Event.objects.get(kind="scim.role_withheld").body)
    assert body["data"]["roles"] == ["admin"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": 'members[value eq "ID"]'},
        {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "ID"}]},
        {"op": "Remove", "path": "members", "value": [{"value": "ID"}]},
    ],
)
def test_okta_and_entra_remove_one_member_and_no_other(
    acme: Directory, operation: dict[str, Any]
) -> None:
    ann, bob = acme.person("ann"), acme.person("bob")
    group = acme.group("Sales", ann, bob)
    sent = json.loads(json.dumps(operation).replace("ID", ann["id"]))
    found = acme.patch(f"/Groups/{group['id']}", sent)
    assert found.status_code == 204, found.content
    assert members(acme, group) == {bob["id"]}


def test_removing_somebody_who_is_not_there_is_no_mistake(acme: Directory) -> None:
    ann, bob = acme.person("ann"), acme.person("bob")
    group = acme.group("Sales", ann)
    path = f'members[value eq "{bob["id"]}"]'
    assert acme.patch(f"/Groups/{group['id']}", {"op": "remove", "path": path}).status_code == 204
    assert members(acme, group) == {ann["id"]}


def test_entra_adds_with_an_empty_reference(acme: Directory) -> None:
    ann, group = acme.person("ann"), acme.group("Sales")
    rows = [{"$ref": None, "value": ann["id"]}]
    found = acme.patch(f"/Groups/{group['id']}", {"op": "Add", "path": "members", "value": rows})
    assert found.status_code == 204, found.content
    assert members(acme, group) == {ann["id"]}


def test_okta_pushes_all_members_and_an_empty_list(acme: Directory) -> None:
    ann, bob = acme.person("ann"), acme.person("bob")
    group = acme.group("Sales", ann)
    path = f"/Groups/{group['id']}"
    new = [{"value": bob["id"], "display": "bob"}]
    assert acme.patch(path, {"op": "replace", "path": "members", "value": new}).status_code == 204
    assert members(acme, group) == {bob["id"]}
    assert acme.patch(path, {"op": "replace", "path": "members", "value": []}).status_code == 204
    assert members(acme, group) == set()


def test_okta_removes_and_adds_in_one_body(acme: Directory) -> None:
    ann, bob = acme.person("ann"), acme.person("bob")
    group = acme.group("Sales", ann)
    acme.patch(
        f"/Groups/{group['id']}",
        {"op": "remove", "path": f'members[value eq "{ann["id"]}"]'},
        {"op": "add", "path": "members", "value": [{"value": bob["id"]}]},
    )
    assert members(acme, group) == {bob["id"]}


def test_okta_renames_without_a_path_and_cannot_change_the_id(acme: Directory) -> None:
    group = acme.group("Sales")
    value = {"id": "00000000-0000-0000-0000-000000000000", "displayName": "Sellers"}
    found = acme.patch(f"/Groups/{group['id']}", {"op": "replace", "value": value})
    assert found.status_code == 204, found.content
    assert acme.get(f"/Groups/{group['id']}")["displayName"] == "Sellers"


def test_a_put_without_members_empties_the_group(acme: Directory) -> None:
    group = acme.group("Sales", acme.person("ann"))
    found = acme.send("PUT", f"/Groups/{group['id']}", {"schemas": [GROUP], "displayName": "Sales"})
    assert found.status_code == 200
    assert members(acme, group) == set()


def test_a_name_is_there_once_whatever_its_case(acme: Directory) -> None:
    acme.group("Sales")
    found = acme.send("POST", "/Groups", {"schemas": [GROUP], "displayName": "SALES"})
    assert found.status_code == 409
    assert json.loads(found.content)["scimType"] == "uniqueness"


def test_members_are_left_out_where_they_are_not_wanted(acme: Directory) -> None:
    group = acme.group("Sales", acme.person("ann"))
    listed = acme.get("/Groups", filter='displayName eq "sales"', excludedAttributes="members")
    assert "members" not in listed["Resources"][0]
    assert "members" not in acme.get(f"/Groups/{group['id']}", excludedAttributes="members")
    assert acme.get(f"/Groups/{group['id']}", attributes="members")["members"]


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "members", "value": [{"value": "nobody"}]},
        {"op": "add", "path": "members", "value": "text"},
        {"op": "add", "path": "members[", "value": []},
        {"op": "add", "path": "nonsense", "value": 1},
        {"op": "explode", "path": "members"},
        {"op": "remove"},
        {"op": "replace", "path": "displayName", "value": ""},
        {"op": "replace", "path": "displayName", "value": "x" * 300},
        {"op": "remove", "path": "displayName"},
    ],
)
def test_a_patch_that_makes_no_sense_is_400_and_changes_nothing(
    acme: Directory, operation: dict[str, Any]
) -> None:
    ann = acme.person("ann")
    group = acme.group("Sales", ann)
    found = acme.patch(f"/Groups/{group['id']}", operation)
    assert found.status_code == 400, found.content
    assert members(acme, group) == {ann["id"]}


URN = "urn:ietf:params:scim:schemas:core:2.0:Group:members"
ADD = {"op": "add", "path": "members", "value": [{"value": "ID"}]}
REMOVE = {"op": "remove", "path": 'members[value eq "ID"]'}


@pytest.mark.parametrize(
    ("role", "query", "operation"),
    [
        pytest.param("", "", ADD, id="plain"),
        pytest.param("editor", "", ADD, id="role"),
        pytest.param("billing_admin", "", ADD, id="admin"),
        ("editor", "", REMOVE),
        ("", "", {"op": "Add", "path": URN, "value": [{"$ref": None, "value": "ID"}]}),
        ("", "", {"op": "add", "value": {URN: [{"value": "ID"}]}}),
        pytest.param("", "?excludedAttributes=members", ADD, id="excluded"),
        ("", f"?excludedAttributes={URN}", ADD),
        ("", "?attributes=displayName", ADD),
        ("", "?attributes=id", REMOVE),
        ("", "", {"op": "Remove", "path": "members", "value": [{"value": "ID"}]}),
        ("", "", {"op": "remove", "path": f'{URN}[value eq "ID"]'}),
        ("", "", {"op": "remove", "path": 'members[value eq "ID" and type eq "User"]'}),
    ],
)
def test_a_change_of_one_member_reads_as_much_in_a_small_group_as_in_a_large_one(
    role: str, query: str, operation: dict[str, Any]
) -> None:
    read = []
    for size in (10, 200):
        acme = directory()
        factories.member(acme.tenant, roles=["admin"])
        ann, group = acme.person(f"ann{size}"), crowd(acme.tenant, size, name=f"g{size}")
        if operation["op"].lower() == "remove":
            assert acme.patch(f"/Groups/{group.pk}", sent_for(ADD, ann)).status_code == 204
        # Given afterwards: the people of the group do not have an admin role, who would be told.
        ScimGroup.objects.filter(pk=group.pk).update(role=role)
        path = f"/Groups/{group.pk}{query}"
        with counted() as found:
            answer = acme.patch(path, sent_for(operation, ann))
        assert answer.status_code == (200 if query else 204), answer.content
        assert group.members.count() == size + (operation["op"].lower() == "add")
        read.append(found)
    assert read[0] == read[1]
    assert read[0].rows < 40


def sent_for(operation: dict[str, Any], person: Any) -> dict[str, Any]:
    """The operation about this person."""
    made: dict[str, Any] = json.loads(json.dumps(operation).replace("ID", person["id"]))
    return made


def test_the_answer_shows_members_if_they_are_asked_for(acme: Directory) -> None:
    ann, bob = acme.person("ann"), acme.person("bob")
    group = acme.group("Sales", ann)
    shown = {}
    for query in ("attributes=members", "excludedAttributes=displayName", "attributes=displayName"):
        found = acme.patch(f"/Groups/{group['id']}?{query}", sent_for(ADD, bob))
        shown[query] = len(json.loads(found.content).get("members") or [])
    assert list(shown.values()) == [2, 2, 0]


def test_a_version_that_the_client_knows_no_more_stops_a_change_of_a_member(
    acme: Directory,
) -> None:
    ann = acme.person("ann")
    group = acme.group("Sales")
    path, body = f"/Groups/{group['id']}", {"schemas": [PATCH], "Operations": [sent_for(ADD, ann)]}
    stale = {"If-Match": 'W/"7"'}
    assert acme.send("PATCH", path, body, **stale).status_code == 412
    assert acme.send("PATCH", path, body, **{"If-None-Match": "*"}).status_code == 412
    assert members(acme, group) == set()
    known = {"If-Match": group["meta"]["version"]}
    done = acme.send("PATCH", path, body, **known)
    assert (done.status_code, done["ETag"]) == (204, 'W/"2"')
    assert acme.send("PATCH", path, body, **known).status_code == 412


def test_a_change_of_a_group_that_is_not_there_is_404(acme: Directory) -> None:
    ann, path = acme.person("ann"), "/Groups/01a22dcc-5a00-79b4-a465-fbf2f1e5dcca"
    assert acme.patch(path, sent_for(ADD, ann)).status_code == 404

"""People: what Okta and Entra ID send, whom it makes and links, and what ends when they go."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from otpguard.flows.key.own_key import create_key, find_key
from otpguard.models import (
    Event,
    Factor,
    LoginSession,
    Membership,
    Notice,
    ScimUser,
)
from tests import factories
from tests.scim.speaking import BULK, ENROLLMENT, ENTERPRISE, USER, Directory, directory

pytestmark = pytest.mark.django_db


def account(person: Any) -> Any:
    return get_user_model().objects.get(email=person["userName"])


def member(person: Any) -> Membership:
    return Membership.objects.get(user=account(person))


def put(acme: Directory, person: Any, **changed: Any) -> Any:
    """As Okta's wizard-made apps do: everything, each time."""
    body = {"schemas": [USER], "userName": person["userName"], "emails": person["emails"]}
    found = acme.send("PUT", f"/Users/{person['id']}", {**body, **changed})
    assert found.status_code == 200, found.content
    return json.loads(found.content)


def test_a_new_person_gets_an_account_nobody_can_log_in_to_by_password(acme: Directory) -> None:
    ann = acme.person("ann", name={"givenName": "Ann", "familyName": "Lee"}, password="x" * 12)
    made = account(ann)
    assert (made.first_name, made.last_name) == ("Ann", "Lee")
    assert not made.has_usable_password()
    assert "password" not in ann
    assert member(ann).active
    assert ann["meta"]["location"].endswith(f"/scim/v2/{acme.tenant.slug}/Users/{ann['id']}")


def test_an_account_that_was_here_before_is_never_linked_by_its_address(acme: Directory) -> None:
    victim = factories.user("victim", email="Ann@Other.Example")
    ann = acme.post("/Users", {"schemas": [USER], "userName": "ann@other.example"})
    row = ScimUser.objects.get()
    assert (row.user, row.asked) == (None, victim)
    assert not Membership.objects.filter(user=victim).exists()
    shown = acme.get(f"/Users/{ann['id']}", attributes=f"{ENROLLMENT}:waitsForConfirmation")
    assert shown[ENROLLMENT]["waitsForConfirmation"] is True
    number = [{"type": "mobile", "value": "+12015550188"}]
    put(acme, {**ann, "emails": []}, phoneNumbers=number, active=True)
    assert not Factor.objects.exists()


def test_a_login_name_that_is_taken_elsewhere_is_another_person(acme: Directory) -> None:
    factories.user("ann", email="ann@elsewhere.example")
    acme.post("/Users", {"schemas": [USER], "userName": "ann"})
    row = ScimUser.objects.get()
    assert row.user is not None
    assert row.user.get_username().startswith("ann~")


def test_another_name_and_address_make_no_new_person(acme: Directory) -> None:
    ann = acme.person("ann")
    before = account(ann)
    emails = [{"type": "work", "value": "ann.lee@acme.example", "primary": True}]
    put(acme, ann, userName="ann.lee@acme.example", emails=emails)
    row = ScimUser.objects.get()
    assert (row.user, row.user_name) == (before, "ann.lee@acme.example")
    before.refresh_from_db()
    assert before.email == ann["userName"], "the account is the person's"
    assert get_user_model().objects.count() == 1


def test_a_user_name_is_there_once_whatever_its_case(acme: Directory) -> None:
    acme.post("/Users", {"schemas": [USER], "userName": "Ann"})
    found = acme.send("POST", "/Users", {"schemas": [USER], "userName": "aNN"})
    assert found.status_code == 409
    assert get_user_model().objects.count() == 1
    assert directory().post("/Users", {"schemas": [USER], "userName": "ann"})


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "active", "value": False},
    ],
)
def test_okta_and_entra_deactivate_and_the_person_stays_readable(
    acme: Directory, operation: dict[str, Any]
) -> None:
    ann = acme.person("ann")
    found = acme.patch(f"/Users/{ann['id']}", operation)
    assert found.status_code == 204, found.content
    assert acme.get(f"/Users/{ann['id']}")["active"] is False
    listed = acme.get("/Users", filter=f'userName eq "{ann["userName"]}"')
    assert [each["active"] for each in listed["Resources"]] == [False]
    assert not member(ann).active


def test_who_comes_back_gets_what_groups_give_and_no_role_from_before(acme: Directory) -> None:
    ann = acme.person("ann")
    Membership.objects.update(roles=["owner"])
    put(acme, ann, active=False)
    put(acme, ann, active=True)
    assert (member(ann).active, member(ann).roles) == (True, [])


def test_a_put_without_active_changes_nothing_about_it(acme: Directory) -> None:
    ann = acme.person("ann")
    put(acme, ann, title="Boss")
    assert member(ann).active
    put(acme, ann, active=False)
    assert put(acme, ann, title="Chief")["active"] is False
    assert not member(ann).active


def test_who_leaves_one_tenant_keeps_everything_in_the_other(acme: Directory) -> None:
    ann, other = acme.person("ann"), factories.tenant()
    her = account(ann)
    factories.member(other, her)
    here, there = factories.grant(her, acme.tenant), factories.grant(her, other)
    facts = factories.facts(her, acme.tenant)
    _key, secret = create_key(facts=facts, name="ci", environment="test")
    login = factories.session(her)
    own = factories.phone_factor(her)
    put(acme, ann, active=False)
    here.refresh_from_db()
    there.refresh_from_db()
    login.refresh_from_db()
    assert (here.revoked_at is None, there.revoked_at is None) == (False, True)
    assert find_key(secret=secret, now=timezone.now()) is None
    assert login.ended_at is None
    assert Factor.objects.filter(pk=own.pk, disabled_at=None).exists()
    assert Membership.objects.get(tenant=other, user=her).active


def test_with_the_last_membership_the_login_ends(acme: Directory) -> None:
    ann = acme.person("ann")
    browser = factories.login(Client(), account(ann))
    assert "_auth_user_id" in browser.session
    put(acme, ann, active=False)
    assert not LoginSession.objects.filter(user=account(ann), ended_at=None).exists()


def test_staff_of_the_site_stay_logged_in(acme: Directory) -> None:
    ann = acme.person("ann")
    get_user_model().objects.update(is_staff=True)
    login = factories.session(account(ann))
    put(acme, ann, active=False)
    login.refresh_from_db()
    assert login.ended_at is None


def test_a_deleted_person_is_404_and_their_account_stays(acme: Directory) -> None:
    ann = acme.person("ann")
    assert acme.send("DELETE", f"/Users/{ann['id']}").status_code == 204
    assert acme.send("GET", f"/Users/{ann['id']}").status_code == 404
    assert not member(ann).active
    assert acme.get("/Users")["totalResults"] == 0
    row = ScimUser.objects.get()
    assert (row.user, row.attributes, row.emails.count()) == (None, {}, 0)


def test_a_number_of_the_directory_counts_here_alone_and_after_a_wait(acme: Directory) -> None:
    number = [{"type": "mobile", "value": "+1 (201) 555-0188"}]
    ann = acme.person("ann", phoneNumbers=number)
    factor = Factor.objects.get(user=account(ann))
    assert (factor.tenant, factor.secret.reveal()) == (acme.tenant, "+12015550188")
    assert factor.usable_from > timezone.now() + timedelta(minutes=59)
    assert acme.get(f"/Users/{ann['id']}")["phoneNumbers"] == number, "as it was sent"
    assert "555" not in json.dumps(list(ScimUser.objects.values("attributes", "user_name")))
    assert Notice.objects.filter(kind="factor_added").exists()


def test_another_number_ends_the_one_before_and_waits_again(acme: Directory) -> None:
    ann = acme.person("ann", phoneNumbers=[{"type": "mobile", "value": "+12015550188"}])
    Factor.objects.update(usable_from=None)
    put(acme, ann, phoneNumbers=[{"type": "mobile", "value": "+12015550189"}])
    factor = Factor.objects.get()
    assert factor.secret.reveal() == "+12015550189"
    assert factor.usable_from is not None


@pytest.mark.parametrize("value", ["call me", "", "+1", "x" * 400])
def test_a_number_that_is_none_is_kept_as_sent_and_gets_no_code(
    acme: Directory, value: str
) -> None:
    number = [{"type": "mobile", "value": value}]
    ann = acme.person("ann", phoneNumbers=number)
    assert acme.get(f"/Users/{ann['id']}")["phoneNumbers"] == number
    assert not Factor.objects.exists()


def test_entra_sets_a_part_of_a_row_that_is_not_there_yet(acme: Directory) -> None:
    ann = acme.person("ann")
    found = acme.patch(
        f"/Users/{ann['id']}",
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+12015550188"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "26118915"},
        {"op": "Replace", "value": {"name.givenName": "Ann", f"{ENTERPRISE}:department": "R"}},
    )
    assert found.status_code == 204, found.content
    shown = acme.get(f"/Users/{ann['id']}")
    assert shown["phoneNumbers"] == [{"type": "mobile", "value": "+12015550188"}]
    assert shown["name"]["givenName"] == "Ann"
    assert shown[ENTERPRISE]["department"] == "R"
    assert shown[ENTERPRISE]["manager"]["value"] == "26118915"


def test_the_enrollment_of_a_person_can_be_read(acme: Directory) -> None:
    ann = acme.person("ann")
    factories.totp_factor(account(ann))
    factories.grant(account(ann), acme.tenant)
    shown = acme.get(
        f"/Users/{ann['id']}",
        attributes=f"{ENROLLMENT}:factors,{ENROLLMENT}:level,{ENROLLMENT}:lastStepUp",
    )[ENROLLMENT]
    assert (shown["factors"], shown["level"]) == (["totp"], "AAL2")
    assert shown["lastStepUp"]


def test_nobody_learns_of_proofs_in_other_tenants(acme: Directory) -> None:
    ann, other = acme.person("ann"), factories.tenant()
    factories.phone_factor(account(ann), tenant=other)
    factories.grant(account(ann), other)
    names = f"{ENROLLMENT}:factors,{ENROLLMENT}:lastStepUp"
    assert acme.get(f"/Users/{ann['id']}", attributes=names).get(ENROLLMENT) is None


def test_many_removals_are_held_and_the_administrators_are_told_once(acme: Directory) -> None:
    boss = factories.member(acme.tenant, roles=["admin"])
    people = [acme.person(f"p{number}") for number in range(20)]
    for each in people[:10]:
        acme.patch(f"/Users/{each['id']}", {"op": "replace", "value": {"active": False}})
    ended = [each for each in people if not member(each).active]
    assert len(ended) == 5
    assert ScimUser.objects.exclude(removal_held=None).count() == 5
    assert Notice.objects.filter(kind="removals_held", user=boss.user).count() == 1
    assert Event.objects.filter(kind="scim.removal_held").count() == 5
    held = people[9]
    assert acme.get(f"/Users/{held['id']}")["active"] is False
    acme.patch(f"/Users/{held['id']}", {"op": "replace", "value": {"active": True}})
    assert ScimUser.objects.exclude(removal_held=None).count() == 4


def test_deletions_count_as_removals(acme: Directory) -> None:
    people = [acme.person(f"p{number}") for number in range(12)]
    for each in people:
        assert acme.send("DELETE", f"/Users/{each['id']}").status_code == 204
    assert acme.get("/Users")["totalResults"] == 0
    assert Membership.objects.filter(active=True).count() == 7


def test_a_stale_version_is_refused_and_an_equal_one_is_not_sent_again(acme: Directory) -> None:
    ann = acme.person("ann")
    tag = ann["meta"]["version"]
    body = {"schemas": [USER], "userName": ann["userName"], "title": "Boss"}
    path = f"/Users/{ann['id']}"
    assert acme.send("GET", path, **{"If-None-Match": tag}).status_code == 304
    assert acme.send("PUT", path, body, **{"If-Match": 'W/"7"'}).status_code == 412
    changed = acme.send("PUT", path, body, **{"If-Match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag
    assert acme.send("DELETE", path, **{"If-Match": tag}).status_code == 412


def test_a_bulk_does_what_it_can_and_says_what_it_could_not(acme: Directory) -> None:
    acme.person("ann")
    ann = {"schemas": [USER], "userName": f"ann@{acme.tenant.slug}.example"}
    bob = {"schemas": [USER], "userName": "bob"}
    group = {"displayName": "Sales", "members": [{"value": "bulkId:b"}]}
    found = acme.send(
        "POST",
        "/Bulk",
        {
            "schemas": [BULK],
            "Operations": [
                {"method": "POST", "path": "/Users", "bulkId": "a", "data": ann},
                {"method": "POST", "path": "/Users", "bulkId": "b", "data": bob},
                {"method": "POST", "path": "/Groups", "bulkId": "c", "data": group},
            ],
        },
    )
    done = json.loads(found.content)["Operations"]
    assert [each["status"] for each in done] == ["409", "201", "201"]
    assert len(acme.get("/Groups")["Resources"][0]["members"]) == 1


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "nonsense", "value": 1},
        {"op": "replace", "path": "emails[", "value": 1},
        {"op": "replace", "path": 'emails[type eq "work"', "value": 1},
        {"op": "replace", "path": "userName", "value": ""},
        {"op": "replace", "path": "userName", "value": "x" * 300},
        {"op": "remove", "path": "userName"},
        {"op": "replace", "path": "active", "value": "perhaps"},
        {"op": "remove"},
        {"op": "jump", "path": "active"},
        {},
    ],
)
def test_a_patch_that_makes_no_sense_is_400_and_changes_nothing(
    acme: Directory, operation: dict[str, Any]
) -> None:
    ann = acme.person("ann")
    found = acme.patch(f"/Users/{ann['id']}", operation)
    assert found.status_code == 400, found.content
    assert acme.get(f"/Users/{ann['id']}")["meta"]["version"] == ann["meta"]["version"]

"""Groups of a directory and held removals over the API: decided after a proof."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.models import Membership, ScimGroup, ScimUser, Tenant
from tests import factories
from tests.api.directory.speaking import call, proven
from tests.host import Host
from tests.stepup import step_up

pytestmark = pytest.mark.django_db(transaction=True)


def group(tenant: Tenant, name: str = "Finance") -> ScimGroup:
    return ScimGroup.objects.create(tenant=tenant, name=name, folded=name.casefold())


def held(tenant: Tenant) -> ScimUser:
    now, user = timezone.now(), factories.member(tenant).user
    return ScimUser.objects.create(
        tenant=tenant, user=user, user_name="a", folded="a", active=False, removal_held=now
    )


def test_a_group_gives_the_role_that_was_confirmed(host: Host) -> None:
    row, theirs = group(host.tenant), group(factories.tenant(), "Theirs")
    [listed] = call(host.client, "GET", "groups/").json()["groups"]
    assert (listed["id"], listed["role"]) == (str(row.pk), "")
    done = proven(host.client, "PATCH", f"groups/{row.pk}/", {"role": "billing_admin"})
    assert done.json()["role"] == "billing_admin"
    answer = call(host.client, "PATCH", f"groups/{theirs.pk}/", {"role": "admin"})
    assert answer.status_code == 404
    theirs.refresh_from_db()
    assert theirs.role == ""


@pytest.mark.parametrize("body", [{}, {"role": "x" * 65}, {"role": "a", "name": "b"}])
def test_a_wrong_value_is_told_before_a_proof(host: Host, body: dict[str, Any]) -> None:
    row = group(host.tenant)
    assert call(host.client, "PATCH", f"groups/{row.pk}/", body).status_code == 400


@pytest.mark.parametrize(("decision", "stays"), [("refuse", True), ("let_through", False)])
def test_held_removals_are_decided(host: Host, decision: str, stays: bool) -> None:
    mine, theirs = held(host.tenant), held(factories.tenant())
    assert call(host.client, "GET", "removals/").json() == {"count": 1}
    done = proven(host.client, "POST", "removals/", {"decision": decision})
    assert done.json() == {"count": 1}
    assert Membership.objects.get(user=mine.user).active == stays
    theirs.refresh_from_db()
    assert theirs.removal_held is not None


def test_who_comes_to_wait_after_the_proof_needs_another_one(host: Host) -> None:
    first = held(host.tenant)
    step_up(host.client, call(host.client, "POST", "removals/", {"decision": "let_through"}))
    ScimUser.objects.filter(pk=first.pk).update(folded="first")
    held(host.tenant)
    again = call(host.client, "POST", "removals/", {"decision": "let_through"})
    assert again.status_code == 401
    assert Membership.objects.get(user=first.user).active


@pytest.mark.parametrize("decision", ["", "all", 7, None])
def test_another_decision_is_none(host: Host, decision: object) -> None:
    held(host.tenant)
    answer = call(host.client, "POST", "removals/", {"decision": decision})
    assert (answer.status_code, answer.json()["field"]) == (400, "decision")

"""A key ends with the right of the person who gave it its secret."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.api_key import KeyAction, KeyFacts
from otpguard.core.secrets import HiddenText
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.erase import erase_person
from otpguard.flows.key.holder import withdraw_key
from otpguard.flows.key.ledger import record_key_action
from otpguard.flows.key.own_key import create_key, find_key, rotate_key
from otpguard.flows.tenant.provision import set_member
from otpguard.models import Event, KeyRecord, Membership
from otpguard.tenants.directory import OurMembers
from tests import factories

pytestmark = pytest.mark.django_db


class DownDirectory(OurMembers):
    """A host's directory that does not answer."""

    def tenant_for(self, request: Any) -> str:
        return ""

    def member_of(self, user: str, tenant: str) -> Any:
        raise StoreUnavailable("it does not answer")


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.tenant(), roles=["admin", "api_admin"])


def made(member: Membership) -> tuple[KeyRecord, HiddenText]:
    facts = factories.facts(member.user, member.tenant)
    return create_key(facts=facts, name="ci", environment="production")


def opens(secret: HiddenText) -> bool:
    return find_key(secret=secret, now=timezone.now()) is not None


def change(member: Membership, *, roles: list[str], active: bool = True) -> None:
    set_member(
        facts=factories.facts(None, None),
        tenant=member.tenant,
        user_id=str(member.user_id),
        roles=roles,
        active=active,
    )


def reasons() -> list[str]:
    bodies = Event.objects.filter(kind="key.deleted").values_list("body", flat=True)
    return [json.loads(body)["data"]["reason"] for body in bodies]


@pytest.mark.parametrize(
    ("roles", "active", "reason"),
    [(["admin"], True, "role lost"), (["admin", "api_admin"], False, "membership ended")],
    ids=["role", "membership"],
)
def test_who_loses_a_role_or_leaves_loses_their_keys_and_gets_none_back(
    member: Membership, roles: list[str], active: bool, reason: str
) -> None:
    row, secret = made(member)
    assert opens(secret)
    change(member, roles=roles, active=active)
    assert not opens(secret)
    assert reasons() == [reason]
    change(member, roles=["admin", "api_admin"])
    assert not opens(secret), "a role that is given again brings no key back"
    row.refresh_from_db()
    assert row.deleted_at is not None


def test_a_gained_role_and_a_role_that_came_after_the_key_end_nothing(member: Membership) -> None:
    _, secret = made(member)
    change(member, roles=["admin", "api_admin", "billing_admin"])
    change(member, roles=["admin", "api_admin"])
    assert opens(secret)
    assert reasons() == []


def test_a_rotation_by_another_hands_the_key_over(member: Membership) -> None:
    row, _ = made(member)
    heir = factories.member(member.tenant, roles=["admin"])
    new = rotate_key(facts=factories.facts(heir.user, heir.tenant), key=row)
    change(member, roles=[], active=False)
    assert opens(new)
    change(heir, roles=["member"])
    assert not opens(new)


def test_keys_in_another_tenant_and_of_another_person_stay(member: Membership) -> None:
    elsewhere = factories.member(factories.tenant(), member.user, roles=["admin"])
    other = factories.member(member.tenant, roles=["admin"])
    kept = [made(each)[1] for each in (elsewhere, other)]
    change(member, roles=[], active=False)
    assert [opens(secret) for secret in kept] == [True, True]


def test_a_key_of_the_host_s_is_left_to_the_host(member: Membership) -> None:
    told = KeyFacts(reference="7", name="ci", environment="production")
    facts = factories.facts(member.user, member.tenant)
    row = record_key_action(facts=facts, action=KeyAction.CREATE, key=told)
    change(member, roles=[], active=False)
    row.refresh_from_db()
    assert row.deleted_at is None
    with pytest.raises(InvalidInput):
        withdraw_key(facts=factories.facts(None, None), key=row, reason="")


def test_a_closed_account_opens_nothing(member: Membership) -> None:
    _, secret = made(member)
    type(member.user).objects.filter(pk=member.user_id).update(is_active=False)
    assert not opens(secret)


def test_the_host_s_directory_is_asked_and_without_it_nothing_opens(
    member: Membership, settings: Any
) -> None:
    _, secret = made(member)
    path = "tests.flows.key.test_holder.DownDirectory"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": path}
    with pytest.raises(StoreUnavailable):
        opens(secret)


def test_keys_of_a_removed_person_are_ended_by_an_event(member: Membership) -> None:
    row, secret = made(member)
    erase_person(facts=factories.facts(None, None), user_id=str(member.user_id))
    assert not opens(secret)
    assert reasons() == ["person removed"]
    row.refresh_from_db()
    assert row.deleted_at is not None


def test_an_administrator_of_another_tenant_withdraws_nothing(member: Membership) -> None:
    row, secret = made(member)
    other = factories.member(factories.tenant(), roles=["admin"])
    with pytest.raises(NotAllowed):
        withdraw_key(facts=factories.facts(other.user, other.tenant), key=row, reason="mine")
    assert opens(secret)
    withdraw_key(facts=factories.facts(None, None), key=row, reason="leaked")
    with pytest.raises(InvalidInput):
        withdraw_key(facts=factories.facts(None, None), key=row, reason="again")
    assert reasons() == ["leaked"]

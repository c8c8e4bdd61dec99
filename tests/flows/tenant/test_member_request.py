"""An admin role is granted with the approvals that the policy of `role_grant` asks for."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.tenant.member_request import set_member_or_ask
from otpguard.flows.tenant.provision import set_member
from otpguard.models import Approval, Event, Hold, Membership, Tenant
from tests import factories
from tests.flows.factor.setting import admin_of
from tests.models.rows import postgres_only
from tests.store_down import read_only_store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_two(settings: Any) -> None:
    defaults = {"role_grant": {"approvals": 1}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": defaults}


def ask(by: RequestFacts, tenant: Tenant, user: Any, *roles: str) -> Membership | Approval:
    return set_member_or_ask(
        facts=by, tenant=tenant, user_id=str(user.pk), roles=roles, active=True, reason="new boss"
    )


def test_a_role_without_admin_rights_is_given_at_once() -> None:
    tenant = factories.tenant()
    assert isinstance(ask(admin_of(tenant), tenant, factories.user(), "member"), Membership)


def test_an_admin_role_waits_for_another_administrator_and_is_then_held() -> None:
    tenant, kim = factories.tenant(), factories.user()
    by, other = admin_of(tenant), admin_of(tenant)
    asked = ask(by, tenant, kim, "admin")
    assert isinstance(asked, Approval)
    assert not Membership.objects.filter(user=kim).exists()
    assert not Event.objects.filter(kind="membership.changed", subject_ref=str(kim.pk)).exists()
    done = approve.approve_action(facts=other, approval_id=asked.pk)
    assert (str(done.user_id), done.roles) == (str(kim.pk), ["admin"])
    assert Hold.objects.filter(user=kim).exists()


def test_neither_who_asked_nor_who_would_get_it_decides() -> None:
    tenant = factories.tenant()
    by, kim = admin_of(tenant), factories.member(tenant, roles=["member"])
    asked = ask(by, tenant, kim.user, "admin", "member")
    assert isinstance(asked, Approval)
    for who in (by, factories.facts(kim.user, tenant)):
        with pytest.raises(NotAllowed):
            approve.approve_action(facts=who, approval_id=asked.pk)
    kim.refresh_from_db()
    assert kim.roles == ["member"]


def test_no_door_gets_round_it() -> None:
    tenant, kim = factories.tenant(), factories.user()
    by = admin_of(tenant)
    with pytest.raises(NotAllowed, match="Another administrator"):
        set_member(facts=by, tenant=tenant, user_id=str(kim.pk), roles=["admin"], active=True)
    assert not Membership.objects.filter(user=kim).exists()


def test_the_first_administrator_needs_nobody() -> None:
    tenant, kim = factories.tenant(), factories.user()
    assert isinstance(ask(factories.facts(factories.staff()), tenant, kim, "admin"), Membership)


@postgres_only
@pytest.mark.django_db(transaction=True)
def test_where_nothing_can_be_written_nothing_is_granted() -> None:
    tenant, kim = factories.tenant(), factories.user()
    other, asked = admin_of(tenant), ask(admin_of(tenant), tenant, kim, "admin")
    assert isinstance(asked, Approval)
    with read_only_store(), pytest.raises(DatabaseError):
        approve.approve_action(facts=other, approval_id=asked.pk)
    assert not Membership.objects.filter(user=kim).exists()
    asked.refresh_from_db()
    assert asked.state == Approval.State.OPEN

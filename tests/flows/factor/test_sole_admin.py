"""A sole administrator who has lost everything needs two operators."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.approval.approve import approve_action
from otpguard.flows.factor.reset import Reset, reset_factors
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.factor.sole_admin import needs_two_operators
from otpguard.models import Approval, Factor, Hold
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def alone() -> Any:
    user = factories.user()
    factories.member(factories.tenant(), user, roles=["admin"])
    factories.phone_factor(user)
    return user


def test_one_operator_asks_and_another_decides() -> None:
    user, first, second = alone(), factories.staff(), factories.staff()
    asked = reset_or_ask(
        facts=factories.facts(first), user_id=str(user.pk), reason="lost everything"
    )
    assert isinstance(asked, Approval)
    assert Factor.objects.exists()
    with pytest.raises(NotAllowed):
        approve_action(facts=factories.facts(first), approval_id=asked.pk)
    done = approve_action(facts=factories.facts(second), approval_id=asked.pk)
    assert isinstance(done, Reset)
    assert (done.removed, Factor.objects.exists(), Hold.objects.count()) == (1, False, 1)


def test_the_flow_itself_refuses_one_operator_alone() -> None:
    user = alone()
    with pytest.raises(NotAllowed, match="approve"):
        reset_factors(facts=factories.facts(factories.staff()), user_id=str(user.pk), reason="lost")
    assert Factor.objects.exists()


def test_members_and_those_with_a_colleague_are_not_concerned() -> None:
    facts = factories.facts(factories.staff())
    tenant = factories.tenant()
    member = factories.member(tenant)
    first = factories.member(tenant, roles=["admin"])
    place = str(tenant.pk)

    def needs(user_id: int, where: str = "") -> bool:
        return needs_two_operators(facts, user_id=str(user_id), tenant_id=where)

    assert needs(first.user_id)
    assert needs(first.user_id, place)
    assert not needs(member.user_id)
    assert not needs(first.user_id, str(factories.tenant().pk)), "another organization"
    factories.member(tenant, roles=["admin"])
    assert not needs(first.user_id)


def test_an_administrator_whose_organization_is_suspended_is_not_concerned() -> None:
    facts, tenant = factories.facts(factories.staff()), factories.tenant(status="suspended")
    member = factories.member(tenant, roles=["admin"])
    assert not needs_two_operators(facts, user_id=str(member.user_id), tenant_id="")

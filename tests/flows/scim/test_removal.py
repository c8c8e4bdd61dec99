"""Held removals are decided by their own tenant, once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scim.person import create_person
from otpguard.flows.scim.removal import decide_removals
from otpguard.flows.scim.values import PersonValues
from otpguard.models import Membership, ScimUser
from tests import factories

pytestmark = pytest.mark.django_db


def test_another_tenant_decides_nothing_and_a_decision_is_made_once() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    facts = factories.facts(None, tenant)
    create_person(facts=facts, tenant=tenant, values=PersonValues(user_name="ann"))
    ScimUser.objects.update(active=False, removal_held=timezone.now())
    with pytest.raises(NotAllowed):
        decide_removals(facts=factories.facts(None, other), tenant=tenant, let_through=True)
    assert Membership.objects.get().active
    assert decide_removals(facts=facts, tenant=tenant, let_through=True) == 1
    assert not Membership.objects.get().active
    with pytest.raises(InvalidInput):
        decide_removals(facts=facts, tenant=tenant, let_through=True)

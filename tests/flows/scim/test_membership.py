"""Roles follow groups, also for people who come into the group later."""

from __future__ import annotations

import pytest

from otpguard.core.scim import GroupChange
from otpguard.flows.scim.group import create_group, map_group
from otpguard.flows.scim.person import change_person, create_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import Membership, Release
from tests import factories

pytestmark = pytest.mark.django_db


def test_somebody_inactive_gets_no_role_until_they_return() -> None:
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    away = PersonValues(user_name="ann", active=False)
    row = create_person(facts=facts, tenant=tenant, values=away)
    change = GroupChange(name="Sales", members=[str(row.pk)])
    group = create_group(facts=facts, tenant=tenant, change=change)
    assert map_group(facts=facts, group=group, role="editor") == 0
    back = PersonValues(user_name="ann", active=True)
    change_person(facts=facts, tenant=tenant, person=row.pk, values=back)
    assert Membership.objects.get().roles == ["editor"]
    assert not Release.objects.exists()

"""A host's own directory may take members and make accounts."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.exceptions import NotAllowed
from otpguard.flows.scim.person import change_person, create_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import ScimUser
from otpguard.tenants.provisioned import makes_accounts, takes_members
from tests import factories
from tests.tenants.closed_directory import MEMBERS

pytestmark = pytest.mark.django_db


def use(settings: Any, name: str) -> None:
    MEMBERS.clear()
    path = f"tests.tenants.closed_directory.{name}"
    settings.OTPGUARD = {**settings.OTPGUARD, "TENANT_DIRECTORY": path}


def test_a_host_that_takes_members_is_told_of_each_change(settings: Any) -> None:
    use(settings, "Taking")
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    row = create_person(facts=facts, tenant=tenant, values=PersonValues(user_name="ann"))
    key = (str(row.user_id), str(tenant.pk))
    assert MEMBERS[key].active
    gone = PersonValues(user_name="ann", active=False)
    change_person(facts=facts, tenant=tenant, person=row.pk, values=gone)
    assert not MEMBERS[key].active


def test_a_host_that_takes_none_is_not_written_past(settings: Any) -> None:
    use(settings, "Closed")
    tenant = factories.tenant()
    assert not takes_members()
    with pytest.raises(NotAllowed):
        create_person(
            facts=factories.facts(None, tenant),
            tenant=tenant,
            values=PersonValues(user_name="ann"),
        )
    assert not ScimUser.objects.exists()


def test_djangos_user_model_can_be_made() -> None:
    assert takes_members()
    assert makes_accounts()

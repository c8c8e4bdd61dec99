"""Tenants are strangers to each other's groups."""

from __future__ import annotations

import pytest

from otpguard.core.scim import GroupChange
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scim.group import change_group, create_group, delete_group, map_group
from tests import factories

pytestmark = pytest.mark.django_db
SALES = GroupChange(name="Sales")


def test_nobody_changes_or_maps_the_groups_of_another_tenant() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    row = create_group(facts=factories.facts(None, tenant), tenant=tenant, change=SALES)
    theirs = factories.facts(None, other)
    with pytest.raises(NotAllowed):
        change_group(facts=theirs, tenant=tenant, group=row.pk, change=SALES)
    with pytest.raises(NotAllowed):
        delete_group(facts=theirs, tenant=tenant, group=row.pk)
    with pytest.raises(NotAllowed):
        map_group(facts=theirs, group=row, role="admin")


def test_a_name_is_there_once_in_a_tenant() -> None:
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    create_group(facts=facts, tenant=tenant, change=SALES)
    with pytest.raises(InvalidInput):
        create_group(facts=facts, tenant=tenant, change=GroupChange(name="SALES"))

"""Tenants are strangers to each other's people, also below the door."""

from __future__ import annotations

import pytest

from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scim.person import change_person, create_person, delete_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import ScimUser
from tests import factories

pytestmark = pytest.mark.django_db
ANN = PersonValues(user_name="ann")


def test_nobody_changes_the_people_of_another_tenant() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    row = create_person(facts=factories.facts(None, tenant), tenant=tenant, values=ANN)
    theirs = factories.facts(None, other)
    with pytest.raises(NotAllowed):
        create_person(facts=theirs, tenant=tenant, values=ANN)
    with pytest.raises(NotAllowed):
        change_person(facts=theirs, tenant=tenant, person=row.pk, values=ANN)
    with pytest.raises(NotAllowed):
        delete_person(facts=theirs, tenant=tenant, person=row.pk)
    with pytest.raises(ScimUser.DoesNotExist):
        change_person(facts=theirs, tenant=other, person=row.pk, values=ANN)


def test_a_change_of_an_older_version_is_refused() -> None:
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    row = create_person(facts=facts, tenant=tenant, values=ANN)
    with pytest.raises(InvalidInput) as refused:
        change_person(
            facts=facts, tenant=tenant, person=row.pk, values=ANN, expected_version=row.version + 1
        )
    assert refused.value.field == "version"

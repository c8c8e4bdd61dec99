"""A number of a directory never stands in for one that the person has proven."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard.flows.scim.person import change_person, create_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import Factor
from tests import factories

pytestmark = pytest.mark.django_db
NUMBER = "+12015550188"
PHONES = [{"type": "mobile", "value": NUMBER}]


def test_a_number_that_was_switched_off_here_is_not_switched_on_again() -> None:
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    row = create_person(facts=facts, tenant=tenant, values=PersonValues(user_name="ann"))
    factor = factories.phone_factor(row.user, NUMBER, tenant=tenant)
    Factor.objects.filter(pk=factor.pk).update(disabled_at=timezone.now())
    values = PersonValues(user_name="ann", phones=PHONES)
    change_person(facts=facts, tenant=tenant, person=row.pk, values=values)
    assert Factor.objects.get().disabled_at is not None


def test_a_number_that_the_directory_takes_back_is_gone_and_others_stay() -> None:
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    values = PersonValues(user_name="ann", phones=PHONES)
    row = create_person(facts=facts, tenant=tenant, values=values)
    own = factories.phone_factor(row.user)
    change_person(facts=facts, tenant=tenant, person=row.pk, values=PersonValues(user_name="ann"))
    assert Factor.objects.get() == own

"""An entry asks one person, and only while it stands."""

from __future__ import annotations

import pytest

from otpguard.flows.scim.link import answer_link, waiting_links
from otpguard.flows.scim.person import create_person, delete_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import Membership
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_deleted_entry_asks_no_more() -> None:
    tenant, ann = factories.tenant(), factories.user("ann")
    facts = factories.facts(None, tenant)
    values = PersonValues(user_name=ann.email)
    row = create_person(facts=facts, tenant=tenant, values=values)
    assert list(waiting_links(user_id=str(ann.pk))) == [row]
    delete_person(facts=facts, tenant=tenant, person=row.pk)
    assert not waiting_links(user_id=str(ann.pk)).exists()
    assert not answer_link(facts=factories.facts(ann), person=row.pk, accepted=True)
    assert not Membership.objects.exists()


def test_an_inactive_entry_links_and_makes_no_member() -> None:
    tenant, ann = factories.tenant(), factories.user("ann")
    values = PersonValues(user_name=ann.email, active=False)
    row = create_person(facts=factories.facts(None, tenant), tenant=tenant, values=values)
    assert answer_link(facts=factories.facts(ann), person=row.pk, accepted=True)
    assert not Membership.objects.exists()

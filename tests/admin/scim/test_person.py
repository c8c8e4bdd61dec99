"""Removals that wait are let through or refused in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from otpguard.flows.scim.person import change_person, create_person
from otpguard.flows.scim.values import PersonValues
from otpguard.models import Membership, ScimUser
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting() -> ScimUser:
    """One of two removals that wait."""
    tenant = factories.tenant()
    facts = factories.facts(None, tenant)
    for number in range(8):
        values = PersonValues(user_name=f"p{number}")
        row = create_person(facts=facts, tenant=tenant, values=values)
        if number:
            gone = PersonValues(user_name=f"p{number}", active=False)
            change_person(facts=facts, tenant=tenant, person=row.pk, values=gone)
    held = ScimUser.objects.exclude(removal_held=None)
    assert held.count() == 2
    return held.order_by("pk")[0]


def test_removals_are_let_through(act: Act, waiting: ScimUser) -> None:
    url = reverse("admin:otpguard_scimuser_do_remove-all", args=[waiting.pk])
    assert "2 removals were decided" in act(url, reason="asked them").content.decode()
    assert Membership.objects.filter(active=True).count() == 1


def test_removals_are_refused_and_people_stay(act: Act, waiting: ScimUser) -> None:
    url = reverse("admin:otpguard_scimuser_do_keep-all", args=[waiting.pk])
    assert "2 removals were decided" in act(url, reason="a wrong rule").content.decode()
    assert Membership.objects.filter(active=True).count() == 3
    assert ScimUser.objects.filter(active=True).count() == 3

"""A key for a service belongs to no person, has one scope, and an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.key.own_key import find_key
from otpguard.flows.key.service_key import create_service_key
from otpguard.models import Event, KeyRecord, Tenant
from tests import factories
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


def operator() -> RequestFacts:
    person = factories.staff()
    return RequestFacts(now=timezone.now(), user=str(person.pk), user_is_staff=True, method="POST")


def make(
    facts: RequestFacts, tenant: Tenant, *, name: str = "checkout", lifetime: timedelta = MONTH
) -> tuple[KeyRecord, str]:
    return create_service_key(
        facts=facts, tenant=tenant, name=name, environment="production", lifetime=lifetime
    )


def test_an_operators_key_opens_verifications_and_nothing_else() -> None:
    tenant = factories.tenant()
    row, secret = make(operator(), tenant)
    found = find_key(secret=secret, now=timezone.now())
    assert found == row
    assert (row.scope, row.tenant_id, row.created_by) == ("verifications", tenant.pk, None)
    assert Event.objects.get(kind="key.created").tenant_id == tenant.pk


def test_it_ends_when_it_expires() -> None:
    _row, secret = make(operator(), factories.tenant())
    assert find_key(secret=secret, now=timezone.now() + MONTH + timedelta(minutes=1)) is None


def test_a_tenant_makes_none_for_another() -> None:
    member, other = factories.member(factories.tenant(), roles=["admin"]), factories.tenant()
    facts = factories.facts(member.user, member.tenant)
    with pytest.raises(NotAllowed):
        make(facts, other)
    assert make(facts, member.tenant)[0].tenant == member.tenant


@pytest.mark.parametrize(
    ("name", "lifetime"),
    [(" ", MONTH), ("checkout", timedelta(0)), ("checkout", timedelta(days=367))],
)
def test_a_name_and_an_end_are_needed(name: str, lifetime: timedelta) -> None:
    with pytest.raises(InvalidInput):
        make(operator(), factories.tenant(), name=name, lifetime=lifetime)
    assert not KeyRecord.objects.exists()


def test_without_a_store_there_is_no_key() -> None:
    tenant, facts = factories.tenant(), replace(operator())
    with no_answer(), pytest.raises(Exception, match="no answer"):
        make(facts, tenant)
    assert not KeyRecord.objects.exists()

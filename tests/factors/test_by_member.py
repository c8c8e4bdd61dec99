"""What all members have enrolled, in one read, tenant by tenant."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.core import shipped_kinds
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.by_member import factors_by_member
from tests import factories
from tests.authenticator import Authenticator

pytestmark = pytest.mark.django_db


def test_the_usable_factors_of_active_members_are_read_in_one_statement(
    django_assert_num_queries: Any,
) -> None:
    tenant = factories.tenant()
    ada, bob, cyd, eve = (factories.user() for _ in range(4))
    for person in (ada, bob, cyd):
        factories.member(tenant, person, active=person is not cyd)
        factories.phone_factor(person)
    factories.phone_factor(ada)
    factories.phone_factor(bob, confirmed=False)
    factories.age(factories.phone_factor(bob), disabled_at=timezone.now())
    factories.phone_factor(eve)
    with django_assert_num_queries(1):
        found = factors_by_member(tenant=str(tenant.pk))
    assert {user: len(values) for user, values in found.items()} == {ada.pk: 2, bob.pk: 1}
    one, two = found[ada.pk]
    assert one is two, "factors that are worth the same are one value"
    assert one.kind is shipped_kinds.PHONE


def test_what_another_tenant_provisioned_counts_there_only() -> None:
    here, there = factories.tenant(), factories.tenant()
    person = factories.user()
    for tenant in (here, there):
        factories.member(tenant, person)
    factories.phone_factor(person, tenant=there)
    assert not factors_by_member(tenant=str(here.pk))
    assert len(factors_by_member(tenant=str(there.pk))[person.pk]) == 1


def test_a_passkey_whose_model_is_denied_by_now_counts_as_attested_by_nobody(settings: Any) -> None:
    tenant, person = factories.tenant(), factories.user()
    factories.member(tenant, person)
    key = Authenticator(origin="http://acme.example")
    factories.age(factories.passkey_factor(person, key), attested=True)
    for denied, attested in ([], True), ([str(key.aaguid)], False):
        settings.OTPGUARD = {**settings.OTPGUARD, "ATTESTATION_DENIED_AAGUIDS": denied}
        ((found,),) = factors_by_member(tenant=str(tenant.pk)).values()
        assert found.attested is attested


@pytest.mark.django_db(transaction=True)
def test_without_a_store_there_is_no_roster() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_factor RENAME TO away")
    try:
        with pytest.raises(StoreUnavailable):
            factors_by_member(tenant="0" * 32)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_factor")

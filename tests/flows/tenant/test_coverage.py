"""Coverage counts every active member once, in a constant number of statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from otpguard.core import shipped_kinds
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import Due
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.tenant.coverage import MemberShare, coverage
from otpguard.flows.tenant.enrollment import enrollment_status_of
from otpguard.models import Membership, Tenant
from otpguard.models.factor import FACTORS, Factor
from tests import factories
from tests.enrolling import joined, rule

pytestmark = pytest.mark.django_db
LONG = timedelta(days=100)


def of(tenant: Tenant) -> Any:
    return coverage(tenant=tenant, now=timezone.now())


def passkey(user: Any, **fields: Any) -> Factor:
    return FACTORS.create(
        user=user,
        kind=shipped_kinds.PASSKEY.slug,
        confirmed=True,
        credential_id=f"credential of {user.pk}",
        **fields,
    )


def test_an_empty_tenant_has_nothing_to_show() -> None:
    found = of(factories.tenant())
    assert (found.total, found.by_kind, found.by_level, found.by_role) == (
        MemberShare(),
        {},
        {},
        {},
    )
    assert found.total.percent == 0


def test_members_are_counted_by_best_factor_level_and_role() -> None:
    tenant = factories.tenant()
    rule(tenant)
    rule(tenant, "admin", level=3, started=timedelta(0))
    ada = joined(factories.member(tenant, roles=["admin", "member"]), LONG).user
    bob = joined(factories.member(tenant, roles=["admin"]), LONG).user
    joined(factories.member(tenant, roles=["member"]), LONG)
    factories.member(tenant, roles=["member"])  # new: their grace period runs
    factories.member(tenant, roles=["member"], active=False)
    factories.phone_factor(ada), passkey(ada, user_verified=True), factories.phone_factor(bob)
    found = of(tenant)
    assert found.total == MemberShare(members=4, enrolled=2, due=2, overdue=1)
    assert found.by_kind == {shipped_kinds.PASSKEY: 1, shipped_kinds.PHONE: 1}
    assert found.by_level == {AssuranceLevel.AAL3: 1, AssuranceLevel.AAL2: 1}
    assert found.by_role == {
        "admin": MemberShare(members=2, enrolled=2, due=1, overdue=0),
        "member": MemberShare(members=3, enrolled=1, due=1, overdue=1),
    }
    assert (found.total.percent, found.by_role["member"].percent) == (50, 33)


def test_another_tenants_people_rules_and_factors_stay_out_of_it() -> None:
    here, there = factories.tenant(), factories.tenant()
    rule(there)
    person = joined(factories.member(here), LONG).user
    joined(factories.member(there, person), LONG)
    joined(factories.member(there), LONG)
    factories.phone_factor(person, tenant=there)
    assert of(here).total == MemberShare(members=1)
    assert of(there).total == MemberShare(members=2, enrolled=1, overdue=1)


def test_recovery_codes_alone_are_no_factor() -> None:
    tenant = factories.tenant()
    person = factories.member(tenant).user
    FACTORS.create(user=person, kind=shipped_kinds.RECOVERY.slug, confirmed=True)
    assert of(tenant).total == MemberShare(members=1)


def test_thousands_of_members_cost_the_same_four_statements(django_assert_num_queries: Any) -> None:
    tenant = factories.tenant()
    rule(tenant)
    users = get_user_model().objects
    people = users.bulk_create(users.model(username=f"many{n}") for n in range(3000))
    since = timezone.now() - LONG
    Membership.objects.bulk_create(
        Membership(tenant=tenant, user=person, roles=["member"], created_at=since)
        for person in people
    )
    FACTORS.bulk_create(
        Factor(user=person, kind=shipped_kinds.TOTP.slug, confirmed=True)
        for person in people[:2000]
    )
    with django_assert_num_queries(4):
        found = of(tenant)
    assert found.total == MemberShare(members=3000, enrolled=2000, overdue=1000)


@pytest.mark.django_db(transaction=True)
def test_without_a_store_there_are_no_numbers() -> None:
    tenant = factories.tenant()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_membership RENAME TO away")
    try:
        with pytest.raises(StoreUnavailable):
            of(tenant)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_membership")


def test_a_passkey_that_does_not_check_its_holder_counts_as_enforcement_counts_it() -> None:
    tenant = factories.tenant()
    rule(tenant, level=3, started=timedelta(0))
    unchecked, checked = (joined(factories.member(tenant), LONG).user for _ in range(2))
    passkey(unchecked, user_verified=False)
    passkey(checked, user_verified=True)
    found = of(tenant)
    assert found.by_level == {AssuranceLevel.AAL2: 1, AssuranceLevel.AAL3: 1}
    assert found.total.due == 1
    for user in (unchecked, checked):
        facts = factories.facts(user, tenant)
        stands = enrollment_status_of(facts)
        assert isinstance(stands, Due) == (user == unchecked)


def test_coverage_names_the_assurance_profile_it_speaks_in(settings: Any) -> None:
    tenant = factories.tenant()
    passkey(factories.member(tenant).user, user_verified=True)
    assert (of(tenant).profile, of(tenant).by_level) == ("saas-2026", {AssuranceLevel.AAL3: 1})
    settings.OTPGUARD = {**settings.OTPGUARD, "ASSURANCE_PROFILE": "nist-800-63b-4"}
    assert of(tenant).profile == "nist-800-63b-4"
    assert of(tenant).by_level == {AssuranceLevel.AAL2: 1}

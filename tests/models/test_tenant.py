"""Tenants and memberships."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from otpguard.models import Membership, Tenant
from tests import factories
from tests.models.rows import crowd, plan, postgres_only
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


def test_a_slug_names_one_tenant() -> None:
    factories.tenant("acme")
    factories.tenant("umbrella")
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.tenant("acme")
    assert Tenant.objects.count() == 2


def test_a_user_is_a_member_once_but_of_any_number_of_tenants() -> None:
    user, acme, umbrella = factories.user(), factories.tenant(), factories.tenant()
    factories.member(acme, user)
    factories.member(umbrella, user)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.member(acme, user, active=False)
    assert user.otpguard_memberships.count() == 2


def test_a_new_tenant_is_active_with_no_contract_and_no_policy_of_its_own() -> None:
    tenant = Tenant.objects.create(slug="new", name="New")
    assert tenant.status == Tenant.Status.ACTIVE
    assert (tenant.annual_contract_value, tenant.policy_version) == (0, 0)
    assert tenant.usage_signal_at is None


def test_a_membership_starts_without_roles_and_holds() -> None:
    membership = factories.member(factories.tenant())
    membership.refresh_from_db()
    assert (membership.roles, membership.held, membership.active) == ([], {}, True)


def test_both_are_shown_by_name() -> None:
    tenant = factories.tenant("acme-inc")
    assert str(tenant) == "Acme Inc"
    assert str(factories.member(tenant, factories.user("kim"))) == "kim @ Acme Inc"


@postgres_only
def test_the_guards_look_up_of_a_member_uses_the_unique_index() -> None:
    membership = factories.member(factories.tenant())
    others = [Tenant(slug=f"other-{n}", name="other") for n in range(500)]
    Tenant.objects.bulk_create(others)
    # Of a person in many tenants only the pair finds the one row.
    crowd([Membership(tenant=tenant, user=membership.user) for tenant in others])
    found = Membership.objects.filter(tenant=membership.tenant, user=membership.user).order_by()
    assert "otpguard_membership_once" in plan(found)


@postgres_only
def test_the_active_memberships_of_a_user_are_found_by_the_partial_index() -> None:
    user = factories.user()
    tenants = [Tenant(slug=f"left-{n}", name="left") for n in range(500)]
    Tenant.objects.bulk_create(tenants)
    crowd([Membership(tenant=tenant, user=user, active=False) for tenant in tenants])
    found = Membership.objects.filter(user=user, active=True).order_by()
    assert "otpguard_membership_user_id" in plan(found)


def test_data_stays_away_from_a_region_that_its_tags_do_not_demand() -> None:
    bound = factories.tenant("bound", tags=["EU-only"])
    own = factories.tenant("own", tags=["residency"], region="US")
    free = factories.tenant("free", tags=["health"], region="EU")
    assert set(Tenant.objects.kept_away("US")) == {bound.pk}
    assert set(Tenant.objects.kept_away("eu")) == {own.pk}
    assert set(Tenant.objects.kept_away("")) == {bound.pk, own.pk}, "nobody knows where it is"
    assert free.may_lie_in("")
    with no_answer(), pytest.raises(DatabaseError):
        Tenant.objects.kept_away("US")

"""The members in the list are those that coverage counts as overdue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.flows.tenant.coverage import coverage
from otpguard.flows.tenant.overdue import overdue_members
from otpguard.models import FactorBlock, Membership, Tenant
from otpguard.models.factor import FACTORS
from tests import factories
from tests.enrolling import joined, rule

pytestmark = pytest.mark.django_db
LONG = timedelta(days=100)


def names() -> list[str]:
    return sorted(row.user.get_username() for row in overdue_members(timezone.now()))


def long_here(tenant: Tenant, name: str, *roles: str) -> Membership:
    row: Membership = joined(
        factories.member(tenant, factories.user(name), roles=list(roles)), LONG
    )
    return row


def passkey(of: Any) -> None:
    """One that is worth AAL3."""
    FACTORS.create(
        user=of,
        kind="passkey",
        confirmed=True,
        attested=True,
        user_verified=True,
        backup_eligible=False,
        credential_id=f"credential of {of.pk}",
    )


def test_without_a_rule_nobody_is_overdue() -> None:
    long_here(factories.tenant(), "ada")
    assert names() == []


def test_a_grace_period_runs_from_the_rule_and_from_joining() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    long_here(tenant, "ada")
    joined(factories.member(tenant, factories.user("new")), timedelta(days=13))
    long_here(other, "bob")
    rule(tenant)
    rule(other, started=timedelta(days=13))
    assert names() == ["ada"]


def test_the_sites_rules_count_everywhere_and_a_tenants_here_alone() -> None:
    here, there = factories.tenant(), factories.tenant()
    long_here(here, "ada", "admin")
    long_here(there, "bob", "admin")
    first = rule(here)
    assert names() == ["ada"]
    first.delete()
    rule(None, "admin")
    assert names() == ["ada", "bob"]


def test_a_role_is_a_whole_word_of_the_list() -> None:
    tenant = factories.tenant()
    rule(tenant, "api_admin")
    long_here(tenant, "ada", "member", "api_admin")
    long_here(tenant, "part", "admin")
    long_here(tenant, "wildcard", "apixadmin")
    long_here(tenant, "longer", "api_admin2")
    assert names() == ["ada"]


def test_a_factor_must_reach_the_level_and_count_here() -> None:
    tenant = factories.tenant()
    rule(tenant, level=AssuranceLevel.AAL1)
    for name in ("has", "blocked", "off", "elsewhere", "strong"):
        long_here(tenant, name)
    people = {row.user.get_username(): row.user for row in Membership.objects.all()}
    factories.phone_factor(people["has"])
    refused = factories.phone_factor(people["blocked"])
    FactorBlock.objects.create(tenant=tenant, factor=refused, reason="a test")
    factories.age(factories.phone_factor(people["off"]), disabled_at=timezone.now())
    factories.phone_factor(people["elsewhere"], tenant=factories.tenant())
    passkey(people["strong"])
    assert names() == ["blocked", "elsewhere", "off"]
    rule(None, level=AssuranceLevel.AAL3)
    assert names() == ["blocked", "elsewhere", "has", "off"]


def test_only_active_members_of_active_tenants_are_listed() -> None:
    tenant = factories.tenant()
    rule(None)
    member = long_here(tenant, "ada")
    assert names() == ["ada"]
    Membership.objects.filter(pk=member.pk).update(active=False)
    assert names() == []
    Membership.objects.filter(pk=member.pk).update(active=True)
    Tenant.objects.filter(pk=tenant.pk).update(status=Tenant.Status.SUSPENDED)
    assert names() == []


def test_they_are_as_many_as_coverage_counts() -> None:
    tenants = [factories.tenant() for _each in range(2)]
    rule(None, "admin", level=2)
    rule(tenants[0])
    rule(tenants[1], "billing_admin", level=3, grace_days=0)
    for at, tenant in enumerate(tenants):
        for roles in ([], ["admin"], ["admin", "billing_admin"], ["member"]):
            joined(factories.member(tenant, roles=roles), LONG)
            enrolled = joined(factories.member(tenant, roles=roles), LONG)
            factories.phone_factor(enrolled.user)
            if at:
                passkey(enrolled.user)
    now = timezone.now()
    counted = [coverage(tenant=tenant, now=now).total.overdue for tenant in tenants]
    assert sum(counted) == overdue_members(now).count() > 0

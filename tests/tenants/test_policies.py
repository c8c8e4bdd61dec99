"""The effective policy: wishes of tenant and site, clamped, cached by version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings

from otpguard.conf import checkpoint
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy import Enforcement, Policy
from otpguard.core.presets import Tier
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
Queries = Callable[[int], Any]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """The site's scope has no id of its own, so another test's policy could be found."""
    policies._cached.cache_clear()
    yield
    policies._cached.cache_clear()


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def scope(tenant: Tenant, version: int = 1) -> Scope:
    return Scope.of(
        str(tenant.pk), version=version, annual_contract_value=tenant.annual_contract_value
    )


def wish(tenant: Tenant | None, slug: str, **wishes: Any) -> PolicyWish:
    return PolicyWish.objects.create(tenant=tenant, checkpoint=slug, version=1, wishes=wishes)


def at(slug: str, where: Scope) -> Policy:
    return policies.at(checkpoint(slug), where, now=NOW)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def test_without_wishes_the_default_counts(tenant: Tenant) -> None:
    policy = at("billing_change", scope(tenant))
    assert policy == policies.rules_at(checkpoint("billing_change"), Tier.STANDARD).default


def test_a_version_is_read_once(tenant: Tenant, django_assert_num_queries: Queries) -> None:
    with django_assert_num_queries(1):
        first = at("billing_change", scope(tenant))
    with django_assert_num_queries(0):
        assert at("billing_change", scope(tenant)) is first


def test_a_moved_version_shows_the_new_policy(
    tenant: Tenant, django_assert_num_queries: Queries
) -> None:
    assert at("billing_change", scope(tenant, 1)).ttl == minutes(20)
    wish(tenant, "billing_change", ttl=300)
    assert at("billing_change", scope(tenant, 1)).ttl == minutes(20)
    with django_assert_num_queries(1):
        assert at("billing_change", scope(tenant, 2)).ttl == minutes(5)


def test_a_policy_can_be_read_past_the_cache(tenant: Tenant) -> None:
    at("billing_change", scope(tenant))
    wish(tenant, "billing_change", ttl=300)
    fresh = policies.fresh(checkpoint("billing_change"), scope(tenant), now=NOW)
    assert fresh.ttl == minutes(5)


def test_the_sites_wish_counts_for_every_tenant_and_for_itself(tenant: Tenant) -> None:
    wish(None, "billing_change", ttl=240)
    assert at("billing_change", scope(tenant)).ttl == minutes(4)
    assert at("billing_change", Scope(tenant="", version=1)).ttl == minutes(4)


def test_a_tenants_wish_comes_before_the_sites_and_is_nobody_elses(tenant: Tenant) -> None:
    wish(None, "billing_change", ttl=240, max_attempts=3)
    wish(tenant, "billing_change", ttl=600)
    mine = at("billing_change", scope(tenant))
    assert (mine.ttl, mine.max_attempts) == (minutes(10), 3)
    assert at("billing_change", scope(factories.tenant())).ttl == minutes(4)
    assert at("billing_change", Scope(tenant="", version=1)).ttl == minutes(4)


def test_the_more_specific_wish_wins_field_by_field(tenant: Tenant) -> None:
    wish(tenant, "*", ttl=600, max_attempts=2, code_ttl=60)
    wish(tenant, "api_key", ttl=300, max_attempts=3)
    wish(tenant, "api_key.production", ttl=120)
    variant = at("api_key.production", scope(tenant))
    assert (variant.ttl, variant.max_attempts, variant.code_ttl) == (minutes(2), 3, minutes(1))
    assert at("api_key", scope(tenant)).ttl == minutes(5)
    assert at("billing_change", scope(tenant)).ttl == minutes(10)


def test_a_replaced_wish_no_longer_counts(tenant: Tenant) -> None:
    PolicyWish.objects.filter(pk=wish(tenant, "api_key", ttl=60).pk).update(current=False)
    assert at("api_key", scope(tenant)).ttl == minutes(20)


def test_no_wish_goes_below_the_floor(tenant: Tenant) -> None:
    wish(tenant, "role_grant", required_level="AAL1", binds_intent=False, hold=0)
    policy = at("role_grant", scope(tenant))
    assert policy.required_level is AssuranceLevel.AAL2
    assert policy.binds_intent
    assert policy.hold == timedelta(hours=24)


def test_the_floor_of_the_settings_holds_and_changes_are_seen_at_once(tenant: Tenant) -> None:
    wish(tenant, "billing_change", ttl=1200)
    assert at("billing_change", scope(tenant)).ttl == minutes(20)
    with override_settings(OTPGUARD={"POLICY_FLOOR": {"*": {"ttl": 600}}}):
        assert at("billing_change", scope(tenant)).ttl == minutes(10)
    assert at("billing_change", scope(tenant)).ttl == minutes(20)


def test_the_settings_defaults_are_laid_over_the_preset_and_leave_wishes_free(
    tenant: Tenant,
) -> None:
    raw = {"POLICY_DEFAULTS": {"*": {"ttl": 600, "max_attempts": 4}, "api_key": {"ttl": 300}}}
    with override_settings(OTPGUARD=raw):
        assert at("api_key", scope(tenant)).ttl == minutes(5)
        assert at("api_key", scope(tenant)).max_attempts == 4
        assert at("api_key.production", scope(tenant)).ttl == minutes(5)
        wish(tenant, "api_key", ttl=900)
        assert at("api_key", scope(tenant, 2)).ttl == minutes(15)


def test_the_contract_makes_the_tier_and_the_tier_the_default() -> None:
    small = factories.tenant(annual_contract_value=99_999)
    large = factories.tenant(annual_contract_value=100_000)
    assert (scope(small).tier, scope(large).tier) == (Tier.STANDARD, Tier.ENTERPRISE)
    assert at("billing_change", scope(small)).required_level is AssuranceLevel.AAL2
    assert at("billing_change", scope(large)).required_level is AssuranceLevel.AAL3
    with override_settings(OTPGUARD={"ENTERPRISE_FROM": 200_000}):
        assert scope(large).tier is Tier.STANDARD


def test_report_only_ends_with_its_date(tenant: Tenant) -> None:
    raw = {"REPORT_ONLY": {"api_key": NOW.date() + timedelta(days=1)}}
    key = checkpoint("api_key")
    with override_settings(OTPGUARD=raw):
        assert at("api_key", scope(tenant)).enforcement is Enforcement.REPORT_ONLY
        assert policies.site_reports_only(key, NOW)
        later = policies.at(key, scope(tenant), now=NOW + timedelta(days=1))
        assert later.enforcement is Enforcement.ENFORCE
        assert not policies.site_reports_only(key, NOW + timedelta(days=1))
        assert at("billing_change", scope(tenant)).enforcement is Enforcement.ENFORCE
        fresh = policies.fresh(key, scope(tenant), now=NOW)
        assert fresh.enforcement is Enforcement.REPORT_ONLY


def test_report_only_for_all_leaves_out_what_is_always_on(tenant: Tenant) -> None:
    with override_settings(OTPGUARD={"REPORT_ONLY": {"*": NOW.date() + timedelta(days=1)}}):
        assert at("api_key", scope(tenant)).enforcement is Enforcement.REPORT_ONLY
        assert at("security_settings", scope(tenant)).enforcement is Enforcement.ENFORCE


def test_a_stored_wish_never_switches_refusals_off(tenant: Tenant) -> None:
    wish(tenant, "api_key", enforcement="report_only")
    assert at("api_key", scope(tenant)).enforcement is Enforcement.ENFORCE


def test_a_wish_that_is_not_granted_is_told_with_what_counts_instead() -> None:
    grant = checkpoint("role_grant")
    asked = {"hold": minutes(60), "ttl": minutes(5)}
    told = policies.clamped_fields(asked, grant, Tier.STANDARD, now=NOW)
    assert told == {"hold": timedelta(hours=24)}
    granted = {"hold": timedelta(hours=48), "ttl": minutes(5)}
    assert policies.clamped_fields(granted, grant, Tier.STANDARD, now=NOW) == {}


def test_the_cap_of_the_level_is_told_as_well() -> None:
    asked = {"required_level": AssuranceLevel.AAL3, "ttl": minutes(20)}
    told = policies.clamped_fields(asked, checkpoint("api_key"), Tier.STANDARD, now=NOW)
    assert told == {"ttl": minutes(15)}

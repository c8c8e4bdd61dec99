"""The effective policy: wishes of tenant and site, clamped, cached by version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings

from otpguard.conf import checkpoint
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.policy import Policy
from otpguard.core.policy_choices import Enforcement
from otpguard.core.presets import Tier
from otpguard.exceptions import StoreUnavailable
from otpguard.models import PolicyException, PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
Queries = Callable[[int], Any]
DAY = timedelta(days=1)
SITE = Scope(tenant="", version=1)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """The site's scope has no id of its own, so another test's policy could be found."""
    policies.forget()
    yield
    policies.forget()


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
    assert policy == policies.policy_pair_at(checkpoint("billing_change"), Tier.STANDARD).default


@pytest.mark.django_db(transaction=True)
def test_a_version_is_read_once(tenant: Tenant, django_assert_num_queries: Queries) -> None:
    with django_assert_num_queries(3):
        first = at("billing_change", scope(tenant))
    with django_assert_num_queries(0):
        assert at("billing_change", scope(tenant)) is first


@pytest.mark.django_db(transaction=True)
def test_a_moved_version_shows_the_new_policy(
    tenant: Tenant, django_assert_num_queries: Queries
) -> None:
    assert at("billing_change", scope(tenant, 1)).ttl == minutes(20)
    wish(tenant, "billing_change", ttl=300)
    assert at("billing_change", scope(tenant, 1)).ttl == minutes(20)
    with django_assert_num_queries(3):
        assert at("billing_change", scope(tenant, 2)).ttl == minutes(5)


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_has_changed_and_undone_is_not_what_counts(tenant: Tenant) -> None:
    with transaction.atomic():
        wish(tenant, "billing_change", ttl=1200)
        assert at("billing_change", scope(tenant)).ttl == minutes(20)
        transaction.set_rollback(True)
    wish(tenant, "billing_change", ttl=300)
    assert at("billing_change", scope(tenant)).ttl == minutes(5)


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
        later = policies.at(key, scope(tenant), now=NOW + timedelta(days=1))
        assert later.enforcement is Enforcement.ENFORCE
        assert at("billing_change", scope(tenant)).enforcement is Enforcement.ENFORCE
        fresh = policies.fresh(key, scope(tenant), now=NOW)
        assert fresh.enforcement is Enforcement.REPORT_ONLY


@pytest.mark.parametrize(
    "slug",
    [
        "security_settings",
        "security_settings.factor_reset",
        "factor_change",
        "password_reset",
        "password_reset.admin",
    ],
)
def test_no_trial_run_softens_our_own_pages_and_resets_of_passwords(
    tenant: Tenant, slug: str
) -> None:
    until = NOW.date() + timedelta(days=1)
    for raw in ({"*": until}, {slug: until, "api_key": until}):
        with override_settings(OTPGUARD={"REPORT_ONLY": raw}):
            assert at("api_key", scope(tenant)).enforcement is Enforcement.REPORT_ONLY
            assert at(slug, scope(tenant)).enforcement is Enforcement.ENFORCE


def test_a_stored_wish_never_switches_refusals_off(tenant: Tenant) -> None:
    wish(tenant, "api_key", enforcement="report_only")
    assert at("api_key", scope(tenant)).enforcement is Enforcement.ENFORCE


def test_a_wish_that_is_not_granted_is_told_with_what_counts_instead(tenant: Tenant) -> None:
    grant = checkpoint("role_grant")
    asked = {"hold": minutes(60), "ttl": minutes(5)}
    told = policies.clamped_fields(asked, grant, scope(tenant), now=NOW)
    assert told == {"hold": timedelta(hours=24)}
    granted = {"hold": timedelta(hours=48), "ttl": minutes(5)}
    assert policies.clamped_fields(granted, grant, scope(tenant), now=NOW) == {}


def test_the_cap_of_the_level_is_told_as_well(tenant: Tenant) -> None:
    asked = {"required_level": AssuranceLevel.AAL3, "ttl": minutes(20)}
    told = policies.clamped_fields(asked, checkpoint("api_key"), scope(tenant), now=NOW)
    assert told == {"ttl": minutes(15)}


def test_a_wish_of_another_release_fails_no_request_and_loosens_nothing(
    tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    wish(tenant, "billing_change", required_level="AAL9", moon_phase="full", ttl=300)
    policy = at("billing_change", scope(tenant))
    assert policy.required_level is AssuranceLevel.AAL3
    assert policy.ttl == minutes(5)
    assert "moon_phase, required_level" in caplog.text


# --- one tenant's wish where a person acts for all of them (C26) ----------------------------------


def of_both(tenant: Tenant, slug: str) -> policies.UserWide:
    person = factories.user()
    factories.member(tenant, person)
    factories.member(factories.tenant(), person)
    return policies.user_wide(checkpoint(slug), user=str(person.pk), now=NOW)


@pytest.mark.parametrize("slug", ["factor_change", "login", "password_reset"])
@pytest.mark.parametrize("named", [True, False], ids=["by name", "for every checkpoint"])
def test_a_tenant_asks_the_ceiling_at_most_of_what_concerns_all_tenants(
    tenant: Tenant, slug: str, *, named: bool
) -> None:
    wish(tenant, slug if named else "*", required_level="AAL3", active=True)
    assert of_both(tenant, slug).policy.required_level is AssuranceLevel.AAL2
    assert at("api_key", scope(tenant)).required_level is (
        AssuranceLevel.AAL2 if named else AssuranceLevel.AAL3
    )
    with override_settings(OTPGUARD={"USER_WIDE_CEILING": "AAL3"}):
        assert of_both(tenant, slug).policy.required_level is AssuranceLevel.AAL3


def test_the_sites_own_wish_has_no_ceiling(tenant: Tenant) -> None:
    wish(None, "factor_change", required_level="AAL3")
    assert of_both(tenant, "factor_change").policy.required_level is AssuranceLevel.AAL3


def test_a_long_wait_of_one_tenant_stays_in_that_tenant(tenant: Tenant) -> None:
    wish(tenant, "factor_change", hold=30 * 86_400)
    change = checkpoint("factor_change")
    assert of_both(tenant, "factor_change").policy.hold == timedelta(days=1)
    assert policies.extra_wait(change, scope(tenant), now=NOW) == timedelta(days=29)
    assert policies.extra_wait(change, scope(factories.tenant()), now=NOW) == timedelta(0)


def test_a_tenant_is_told_that_the_ceiling_does_not_grant_its_wish(tenant: Tenant) -> None:
    asked = {"required_level": AssuranceLevel.AAL3}
    change = checkpoint("factor_change")
    told = policies.clamped_fields(asked, change, scope(tenant), now=NOW)
    assert told == {"required_level": AssuranceLevel.AAL2}
    site = policies.clamped_fields(asked, change, SITE, now=NOW)
    assert site == {}


# --- exceptions: for their time, under any cache --------------------------------------------------


def excepted(tenant: Tenant, *, days: float = 30, **columns: Any) -> PolicyException:
    usual = {"checkpoint": "billing_change", "field": "ttl", "value": 1200, "reason": "x"}
    return PolicyException.objects.create(
        tenant=tenant, created_at=NOW, expires_at=NOW + timedelta(days=days), **{**usual, **columns}
    )


@pytest.fixture
def ten_minutes(settings: Any) -> None:
    """The site's own floor for one checkpoint."""
    floor = {"billing_change": {"ttl": 600}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_FLOOR": floor}


@pytest.mark.django_db(transaction=True)
def test_an_exception_expires_under_a_warm_cache_without_a_read_or_a_write(
    tenant: Tenant, ten_minutes: None, django_assert_num_queries: Queries
) -> None:
    excepted(tenant, days=2)
    excepted(tenant, days=1, field="max_attempts", value=5)
    key, here = checkpoint("billing_change"), scope(tenant)
    assert policies.at(key, here, now=NOW).ttl == minutes(20)
    with django_assert_num_queries(0):
        for hours, allowed in ((0, 20), (25, 20), (47.99, 20), (48, 10), (9999, 10), (47, 20)):
            now = NOW + timedelta(hours=hours)
            assert policies.at(key, here, now=now).ttl == minutes(allowed), hours


@pytest.mark.django_db(transaction=True)
def test_a_policy_without_exceptions_is_one_object_for_ever(
    tenant: Tenant, django_assert_num_queries: Queries
) -> None:
    first = at("billing_change", scope(tenant))
    with django_assert_num_queries(0):
        late = policies.at(checkpoint("billing_change"), scope(tenant), now=NOW + 99 * DAY)
    assert late is first


def test_floor_and_fresh_policy_know_the_date_too(tenant: Tenant, ten_minutes: None) -> None:
    row = excepted(tenant)
    key, here = checkpoint("billing_change"), scope(tenant)
    for now, allowed in ((NOW, 20), (row.expires_at, 10)):
        assert policies.floor_at(key, here, now=now).ttl == minutes(allowed)
        assert policies.fresh(key, here, now=now).ttl == minutes(allowed)
    assert policies.floor_at(key, SITE, now=NOW).ttl == minutes(10)


def test_under_an_exception_a_wish_is_granted_and_afterwards_it_is_not(
    tenant: Tenant, ten_minutes: None
) -> None:
    row = excepted(tenant)
    key, asked = checkpoint("billing_change"), {"ttl": minutes(15)}
    assert policies.clamped_fields(asked, key, scope(tenant), now=NOW) == {}
    late = policies.clamped_fields(asked, key, scope(tenant), now=row.expires_at)
    assert late == {"ttl": minutes(10)}
    assert policies.clamped_fields(asked, key, SITE, now=NOW) == {"ttl": minutes(10)}


def test_a_row_below_the_bottom_counts_down_to_the_bottom_alone(tenant: Tenant) -> None:
    with override_settings(OTPGUARD={"POLICY_FLOOR": {"role_grant": {"required_level": "AAL3"}}}):
        wish(tenant, "role_grant", required_level="AAL1", hold=0, binds_intent=False)
        for field, value in (("required_level", "AAL1"), ("hold", 0), ("binds_intent", False)):
            excepted(tenant, checkpoint="role_grant", field=field, value=value)
        policy = at("role_grant", scope(tenant))
    assert policy.required_level is AssuranceLevel.AAL2
    assert (policy.hold, policy.binds_intent) == (timedelta(hours=24), True)


def test_an_exception_of_one_tenant_eases_nothing_that_another_tenant_of_the_person_asks(
    tenant: Tenant,
) -> None:
    with override_settings(OTPGUARD={"POLICY_FLOOR": {"login": {"required_level": "AAL3"}}}):
        excepted(tenant, checkpoint="login", field="required_level", value="AAL2")
        alone = factories.member(tenant).user
        wide = policies.user_wide(checkpoint("login"), user=str(alone.pk), now=NOW)
        assert wide.policy.required_level is wide.base.required_level is AssuranceLevel.AAL2
        assert of_both(tenant, "login").policy.required_level is AssuranceLevel.AAL3


@pytest.mark.django_db(transaction=True)
def test_without_its_exceptions_no_policy_is_known(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_policyexception RENAME TO away")
        try:
            for read in (policies.at, policies.fresh, policies.floor_at):
                with pytest.raises(StoreUnavailable):
                    read(checkpoint("api_key"), scope(tenant), now=NOW)
        finally:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_policyexception")

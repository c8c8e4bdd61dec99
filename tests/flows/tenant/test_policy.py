"""Wishes get a version and an event, count at the next request, and never beat the floor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from otpguard.conf import checkpoint
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import parse_wishes
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.tenant.policy import change_policy
from otpguard.flows.tenant.provision import create_tenant
from otpguard.grants.evidence import read_site
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.testing import captured_events
from otpguard.testing.racing import race
from tests import factories
from tests.flows.revoking import SITE
from tests.pausing import meet

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def effective(tenant: Tenant, slug: str = "api_key") -> Any:
    tenant.refresh_from_db()
    scope = policies.Scope.of(
        str(tenant.pk),
        version=tenant.policy_version,
        annual_contract_value=tenant.annual_contract_value,
    )
    return policies.at(checkpoint(slug), scope, now=factories.facts().now)


def set_(tenant: Tenant | None, slug: str, **raw: Any) -> Any:
    return change_policy(
        facts=factories.facts(factories.user(is_staff=tenant is None), tenant),
        tenant=tenant,
        checkpoint=slug,
        wishes=parse_wishes(raw),
    )


def test_a_wish_counts_at_the_next_look(tenant: Tenant) -> None:
    assert effective(tenant).ttl == timedelta(minutes=20)
    set_(tenant, "api_key", ttl=900)
    assert effective(tenant).ttl == timedelta(minutes=15)


@pytest.mark.parametrize("slug", ["api_key", "*"])
def test_a_wish_that_would_lock_out_everybody_is_refused(
    tenant: Tenant, settings: Any, slug: str
) -> None:
    for whose in (tenant, None):
        with pytest.raises(InvalidInput, match="does not trust any passkey manufacturer"):
            set_(whose, slug, attested_only=True)
    assert not PolicyWish.objects.exists()
    assert set_(tenant, slug, attested_only=False).version == 1
    settings.OTPGUARD = {**settings.OTPGUARD, "ATTESTATION_ROOTS": ["roots.pem"]}
    assert set_(tenant, slug, attested_only=True).version == 2


def test_each_change_is_a_version_and_the_old_ones_stay(tenant: Tenant) -> None:
    assert set_(tenant, "api_key", ttl=900).version == 1
    assert set_(tenant, "api_key", ttl=600).version == 2
    rows = PolicyWish.objects.order_by("version").values_list("version", "current", "wishes")
    assert list(rows) == [(1, False, {"ttl": 900}), (2, True, {"ttl": 600})]


def test_a_weakening_is_named_in_the_event(tenant: Tenant) -> None:
    set_(tenant, "api_key", ttl=900)
    with captured_events() as events:
        changed = set_(tenant, "api_key", ttl=1200)
    assert changed.weakened == ("ttl",)
    assert events[-1]["data"]["weakened"] == ["ttl"]
    assert events[-1]["tenant"] == str(tenant.pk)


def test_a_wish_beyond_the_floor_is_kept_and_clamped(tenant: Tenant) -> None:
    changed = set_(tenant, "data_export", required_level="AAL1", hold=0)
    assert changed.clamped == {"required_level": "AAL2", "hold": 3600}
    assert effective(tenant, "data_export").required_level is AssuranceLevel.AAL2


def test_an_own_wish_below_the_default_counts_down_to_the_floor(tenant: Tenant) -> None:
    assert effective(tenant, "api_key.production").required_level is AssuranceLevel.AAL3
    set_(tenant, "api_key.production", required_level="AAL2")
    assert effective(tenant, "api_key.production").required_level is AssuranceLevel.AAL2


def test_the_defensible_preset_does_not_grant_that_wish(tenant: Tenant, settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PRESET": "defensible"}
    set_(tenant, "api_key.production", required_level="AAL2")
    assert effective(tenant, "api_key.production").required_level is AssuranceLevel.AAL3


def test_one_tenants_wish_is_nobody_elses(tenant: Tenant) -> None:
    other = factories.tenant()
    set_(tenant, "api_key", ttl=900)
    assert effective(other).ttl == timedelta(minutes=20)


def test_a_wish_of_the_site_counts_for_every_tenant_without_its_own(tenant: Tenant) -> None:
    set_(None, "api_key", ttl=600)
    assert effective(tenant).ttl == timedelta(minutes=10)
    set_(tenant, "api_key", ttl=900)
    assert effective(tenant).ttl == timedelta(minutes=15)


def test_a_wish_for_every_checkpoint_is_the_least_specific(tenant: Tenant) -> None:
    set_(tenant, "*", ttl=600)
    set_(tenant, "api_key", ttl=900)
    assert effective(tenant, "billing_change").ttl == timedelta(minutes=10)
    assert effective(tenant, "api_key").ttl == timedelta(minutes=15)


def refused(facts: RequestFacts, tenant: Tenant | None, **raw: Any) -> None:
    """The change is refused, and nothing is left of it."""
    with captured_events() as events, pytest.raises(NotAllowed):
        change_policy(facts=facts, tenant=tenant, checkpoint="api_key", wishes=parse_wishes(raw))
    assert events == []
    assert not PolicyWish.objects.exists()


def test_an_actor_of_one_tenant_changes_no_policy_of_another(tenant: Tenant) -> None:
    elsewhere = factories.facts(factories.user(), factories.tenant())
    refused(elsewhere, tenant, ttl=900)
    refused(factories.facts(factories.user(is_staff=True), factories.tenant()), tenant, ttl=900)
    refused(factories.facts(factories.user(), host="app.example"), tenant, ttl=900)


def test_nobody_inside_a_tenant_changes_the_wishes_of_the_site(tenant: Tenant) -> None:
    refused(factories.facts(factories.user(), tenant), None, ttl=900)
    refused(factories.facts(factories.user(is_staff=True), tenant), None, ttl=900)
    refused(factories.facts(factories.user()), None, ttl=900)


def test_a_tenant_does_not_switch_enforcement_and_the_site_does(tenant: Tenant) -> None:
    refused(factories.facts(factories.user(), tenant), tenant, enforcement="report_only", ttl=900)
    assert set_(None, "api_key", enforcement="enforce").version == 1


def test_the_site_changes_the_policy_of_every_tenant(tenant: Tenant) -> None:
    done = change_policy(
        facts=factories.facts(factories.user(is_staff=True)),
        tenant=tenant,
        checkpoint="api_key",
        wishes=parse_wishes({"ttl": 900}),
    )
    assert done.version == 1
    assert effective(tenant).ttl == timedelta(minutes=15)


# --- versions (E1 1.7) ---------------------------------------------------------------------------


def version_of(tenant: Tenant) -> int:
    tenant.refresh_from_db()
    return tenant.policy_version


def site_version() -> int:
    return read_site(factories.facts(factories.staff())).policy_version


@pytest.mark.parametrize("of_site", [False, True])
def test_a_version_that_was_rolled_back_is_not_used_again(tenant: Tenant, of_site: bool) -> None:
    seen = [site_version() if of_site else version_of(tenant)]
    for ttl in (900, 600, 300):
        with transaction.atomic():
            set_(None if of_site else tenant, "api_key", ttl=ttl)
            seen.append(site_version() if of_site else version_of(tenant))
            transaction.set_rollback(ttl != 300)
    assert len(set(seen)) == 4
    assert (site_version() if of_site else version_of(tenant)) == seen[-1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_site", [False, True])
def test_a_weakening_that_is_rolled_back_does_not_outlive_a_tightening(
    tenant: Tenant, of_site: bool
) -> None:
    place = None if of_site else tenant
    set_(place, "api_key", ttl=900)
    with transaction.atomic():
        set_(place, "api_key", ttl=1200)
        assert effective(tenant).ttl == timedelta(minutes=20)
        transaction.set_rollback(True)
    assert effective(tenant).ttl == timedelta(minutes=15)
    set_(place, "api_key", ttl=300)
    assert effective(tenant).ttl == timedelta(minutes=5)


def test_a_change_of_the_site_moves_every_tenants_version(tenant: Tenant) -> None:
    other = factories.tenant()
    before = [version_of(tenant), version_of(other)]
    set_(None, "api_key", ttl=600)
    assert all(version_of(each) != was for each, was in zip((tenant, other), before, strict=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.parametrize("of_site", [False, True])
def test_first_wishes_at_once_are_versions_one_after_the_other(
    tenant: Tenant, of_site: bool
) -> None:
    author = factories.facts(factories.staff())
    made = race(
        lambda: (
            change_policy(
                facts=author,
                tenant=None if of_site else tenant,
                checkpoint="api_key",
                wishes=parse_wishes({"ttl": 600}),
            ).version
        ),
        threads=6,
    )
    assert sorted(made) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_tenant_that_is_being_created_hears_of_a_change_of_the_site() -> None:
    """Else its people would go by what a process has read before the change, for ever."""

    def create() -> Tenant:
        return create_tenant(facts=SITE, slug="late", name="Late")

    meeting = meet(create, lambda: set_(None, "api_key", ttl=300), after=4)
    assert meeting.was_held
    assert meeting.other_waited
    assert (meeting.held.error, meeting.other.error) == (None, None)
    assert version_of(meeting.held.result) != 0

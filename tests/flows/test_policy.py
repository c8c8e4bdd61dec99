"""Wishes get a version and an event, count at the next request, and never beat the floor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.conf import checkpoint
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.wishes import parse
from otpguard.flows.policy import change
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.testing import captured_events
from tests import factories

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
    return change(
        facts=factories.facts(factories.user()),
        tenant=tenant,
        checkpoint=slug,
        wishes=parse(raw),
    )


def test_a_wish_counts_at_the_next_look(tenant: Tenant) -> None:
    assert effective(tenant).ttl == timedelta(minutes=20)
    set_(tenant, "api_key", ttl=900)
    assert effective(tenant).ttl == timedelta(minutes=15)


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

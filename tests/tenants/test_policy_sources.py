"""The explained policy is the one that the guard goes by, whatever was wished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from otpguard.conf import checkpoint, settings
from otpguard.core.policy_choices import Enforcement
from otpguard.core.policy_source import ValueSource
from otpguard.exceptions import StoreUnavailable
from otpguard.models import PolicyWish, Tenant
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope
from otpguard.tenants.policy_sources import explained
from tests import factories
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    policies.forget()
    yield
    policies.forget()


def wish(tenant: Tenant | None, place: str, **wishes: Any) -> None:
    PolicyWish.objects.create(tenant=tenant, checkpoint=place, version=1, wishes=wishes)


def scope(tenant: Tenant) -> Scope:
    return Scope.of_tenant(tenant)


@pytest.mark.parametrize("contract", [0, 500_000])
def test_it_is_what_the_guard_goes_by_at_every_checkpoint(contract: int) -> None:
    tenant = factories.tenant(annual_contract_value=contract)
    wish(None, "*", ttl=700)
    wish(tenant, "*", required_level="AAL3", code_ttl=120)
    wish(tenant, "api_key", ttl=1800)
    wish(tenant, "factor_change", required_level="AAL3")
    for each in settings().checkpoints.values():
        found = explained(each, scope(tenant), now=NOW)
        assert found.policy == policies.fresh(each, scope(tenant), now=NOW), each.slug


def test_other_wishes_are_tried_without_being_written() -> None:
    tenant = factories.tenant()
    wish(tenant, "api_key", ttl=1800)
    tried = explained(
        checkpoint("api_key"), scope(tenant), now=NOW, instead={"ttl": timedelta(minutes=5)}
    )
    assert tried.policy.ttl == timedelta(minutes=5)
    assert policies.fresh(checkpoint("api_key"), scope(tenant), now=NOW).ttl != tried.policy.ttl
    assert PolicyWish.objects.count() == 1


def test_report_only_of_the_settings_is_named(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "REPORT_ONLY": {"api_key": "2026-05-20"}}
    found = explained(checkpoint("api_key"), scope(factories.tenant()), now=NOW)
    assert found.policy.enforcement is Enforcement.REPORT_ONLY
    assert found.origins["enforcement"].source is ValueSource.REPORT_ONLY


def test_without_a_store_nothing_is_explained() -> None:
    tenant = factories.tenant()
    with no_answer(), pytest.raises(StoreUnavailable):
        explained(checkpoint("api_key"), scope(tenant), now=NOW)

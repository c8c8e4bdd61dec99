"""Policy exceptions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import PolicyException, Tenant
from tests import factories
from tests.models.rows import crowd, plan, postgres_only

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def made(tenant: Tenant, *, days: float = 30, **columns: Any) -> PolicyException:
    return PolicyException.objects.create(
        **{
            "tenant": tenant,
            "checkpoint": "api_key",
            "field": "ttl",
            "value": 1200,
            "reason": "x",
            "created_at": NOW,
            "expires_at": NOW + timedelta(days=days),
            **columns,
        }
    )


@pytest.mark.parametrize("days", [0, -1, 365.00001, 400])
def test_none_lives_longer_than_a_year_or_ends_before_it_began(tenant: Tenant, days: float) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        made(tenant, days=days)
    assert made(tenant, days=365).pk
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyException.objects.update(expires_at=NOW + timedelta(days=days))


def test_there_is_one_open_row_for_each_tenant_checkpoint_and_field(tenant: Tenant) -> None:
    made(tenant, ended_at=NOW)
    made(tenant)
    made(tenant, field="max_attempts")
    made(tenant, checkpoint="billing_change")
    made(factories.tenant())
    with pytest.raises(IntegrityError), transaction.atomic():
        made(tenant)


def test_it_runs_until_its_moment_or_until_it_is_ended(tenant: Tenant) -> None:
    row, running = made(tenant), PolicyException.objects.running
    assert list(running(row.expires_at - timedelta(microseconds=1))) == [row]
    assert not running(row.expires_at).exists()
    factories.age(row, ended_at=NOW)
    assert not running(NOW).exists()


def test_it_outlives_its_people_but_not_its_tenant(tenant: Tenant) -> None:
    owner, author = factories.user(), factories.user()
    row = made(tenant, owner=owner, created_by=author)
    owner.delete()
    author.delete()
    row.refresh_from_db()
    assert (row.owner, row.created_by) == (None, None)
    tenant.delete()
    assert not PolicyException.objects.exists()


def test_it_says_where_in_what_and_until_when(tenant: Tenant) -> None:
    assert str(made(tenant)) == "api_key: ttl, until 2026-06-09 12:00"


@postgres_only
def test_what_expires_soon_is_found_by_the_partial_index(tenant: Tenant) -> None:
    row = made(tenant)
    kept = ("tenant_id", "checkpoint", "field", "value", "reason", "created_at", "expires_at")
    over = {**{name: getattr(row, name) for name in kept}, "ended_at": NOW}
    crowd([PolicyException(**over) for _ in range(500)])
    far = {**over, "ended_at": None, "expires_at": NOW + timedelta(days=300)}
    crowd([PolicyException(**{**far, "field": f"f{number}"}) for number in range(500)])
    soon = PolicyException.objects.running(NOW).filter(expires_at__lte=NOW + timedelta(days=14))
    assert "otpguard_exception_expiry" in plan(soon.order_by())

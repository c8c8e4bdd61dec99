"""The exceptions of a tenant, as the policy reads them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.models import PolicyException, Tenant
from otpguard.tenants.policy_exceptions import exceptions_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return factories.tenant()


def row(tenant: Tenant, **columns: Any) -> PolicyException:
    usual = {
        "checkpoint": "api_key",
        "field": "ttl",
        "value": 1200,
        "reason": "x",
        "expires_at": timezone.now() + timedelta(days=1),
    }
    return PolicyException.objects.create(tenant=tenant, **{**usual, **columns})


def found(tenant: Tenant, slug: str = "api_key") -> list[tuple[str, Any]]:
    read = exceptions_of(str(tenant.pk), checkpoint(slug))
    return [(each.field, each.value) for each in read]


def test_they_are_those_of_one_tenant_and_exactly_one_checkpoint(tenant: Tenant) -> None:
    row(tenant)
    row(tenant, checkpoint="billing_change", value=900)
    row(factories.tenant(), value=600)
    assert found(tenant) == [("ttl", timedelta(minutes=20))]
    assert found(tenant, "api_key.production") == []
    assert exceptions_of("", checkpoint("api_key")) == ()


def test_they_keep_their_date_and_do_not_ask_for_the_time(tenant: Tenant) -> None:
    now = timezone.now()
    over = row(tenant, created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    (read,) = exceptions_of(str(tenant.pk), checkpoint("api_key"))
    assert read.expires_at == over.expires_at


def test_one_that_was_ended_is_none(tenant: Tenant) -> None:
    row(tenant, ended_at=timezone.now())
    assert found(tenant) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"field": "moon_phase"},
        {"value": "AAL9"},
        {"value": 1860},
        {"field": "enforcement", "value": "report_only"},
        {"field": "allowed_factors", "value": ["passkey", "paper_grid"]},
        {"field": "hold", "value": 0},
    ],
    ids=["field", "shape", "bounds", "the site's alone", "kind", "does nothing there"],
)
def test_one_that_cannot_be_read_is_none_and_is_logged(
    tenant: Tenant, columns: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    bad = row(tenant, **columns)
    good = row(tenant, field="max_attempts", value=5)
    assert found(tenant) == [("max_attempts", 5)]
    assert str(bad.pk) in caplog.text
    assert str(good.pk) not in caplog.text

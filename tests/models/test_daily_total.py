"""Daily totals: one row for what is alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import DailyTotal, Tenant
from otpguard.models.daily_total import KEY
from tests import factories

pytestmark = pytest.mark.django_db


def total(tenant: Tenant | None = None, **fields: Any) -> DailyTotal:
    base = {"day": date(2026, 3, 15), "channel": "sms", "provider": "p", "outcome": "sent"}
    return DailyTotal.objects.create(tenant=tenant, **{**base, **fields})


@pytest.mark.parametrize("in_tenant", [True, False])
def test_what_is_alike_has_one_row_with_and_without_a_tenant(in_tenant: bool) -> None:
    tenant = factories.tenant() if in_tenant else None
    total(tenant)
    with pytest.raises(IntegrityError), transaction.atomic():
        total(tenant)
    for name in set(KEY) - {"day", "tenant"}:
        total(tenant, **{name: "xx"})
    assert DailyTotal.objects.count() == 5


def test_totals_go_with_their_tenant_as_deliveries_do() -> None:
    row = total(factories.tenant())
    assert str(row) == "2026-03-15 sms by p (sent)"
    row.tenant.delete()
    assert not DailyTotal.objects.exists()

"""At a million rows each page of an API's list goes by an index, the last like the first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from otpguard.api import enrollment, policy_exception
from otpguard.api.approvals import APPROVALS_ORDER
from otpguard.api.paging import ListOrder
from otpguard.models import Approval, EnrollmentRule, PolicyException
from tests import factories
from tests.enrolling import rule
from tests.growth import generic_plan, multiply, settle
from tests.models.rows import postgres_only

MILLION = 1_000_000
EARLIER = "t.created_at - interval '1 second' * n"
NOW = timezone.now()

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), postgres_only]


def grown() -> str:
    """One of twenty tenants that share the rows; all rules are its own."""
    tenants = [factories.tenant() for _ in range(20)]
    first, person = tenants[0], factories.user()
    keys = ", ".join(f"'{each.pk}'" for each in tenants)
    shared = f"((ARRAY[{keys}])[1 + mod(n, 20)])::uuid"
    later = NOW + timedelta(days=300)
    asked = Approval.objects.create(
        tenant=first, action="factor_reset", subject=person, asked_by=person, expires_at=later
    )
    multiply(asked, MILLION, created_at=EARLIER, state="'approved'", tenant_id=shared)
    granted = PolicyException.objects.create(
        tenant=first, checkpoint="api_key", field="ttl", value=1, expires_at=later
    )
    # Every eleventh still runs.
    over = f"CASE WHEN mod(n, 11) > 0 THEN {EARLIER} END"
    columns = {"created_at": EARLIER, "field": "'f' || n", "ended_at": over, "tenant_id": shared}
    multiply(granted, MILLION, **columns)
    multiply(rule(first, role="r"), 10_000, role="'r' || n")
    for each in tenants[1:]:
        rule(each, role="r")
    settle()
    return str(first.pk)


def page(rows: QuerySet[Any], order: ListOrder, *values: Any) -> str:
    """How a page is read: the first one without values, else the one behind them."""
    if values:
        rows = rows.filter(order.behind(list(values)))
    sql, params = rows.order_by(*order.orderings())[:101].query.sql_with_params()
    plan = generic_plan(sql, params)
    print(plan)
    for word in ("Seq Scan on otpguard_", "Sort"):
        assert word not in plan.replace("Seq Scan on otpguard_tenant", ""), plan
    return plan


def test_each_page_goes_by_an_index_whatever_its_number() -> None:
    tenant = grown()
    old, key = NOW - timedelta(seconds=MILLION - 500), PolicyException.objects.first().pk
    approvals = Approval.objects.filter(tenant=tenant)
    exceptions = PolicyException.objects.select_related("tenant")
    rules = EnrollmentRule.objects.filter(tenant=tenant)
    for values in ([], [old, key]):
        found = page(approvals, APPROVALS_ORDER, *values)
        assert "otpguard_approval_tenant" in found
        found = page(exceptions.filter(tenant=tenant), policy_exception.ORDER, *values)
        assert "otpguard_exception_tenant" in found
        assert "otpguard_exception_newest" in page(exceptions, policy_exception.ORDER, *values)
        running = page(exceptions.running(NOW), policy_exception.ORDER, *values)
        assert "otpguard_exception_running" in running
    for values in ([], ["r9998"]):
        assert "otpguard_rule_once" in page(rules, enrollment.ORDER, *values)

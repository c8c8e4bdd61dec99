"""Costs are the same before a purge, in the midst of one and after it, at every door."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from otpguard.channels import prices
from otpguard.flows.purge.purge import Purge
from otpguard.models import Challenge, Delivery, Tenant
from otpguard.reports.costs import Costs, costs
from tests import factories
from tests.flows.purge.rows import DAY, NOW, OLD, ended, phone, sent
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)

STATES: list[dict[str, Any]] = [
    {"state": "sent", "cost_micros": 8_800},
    {"state": "delivered", "cost_micros": 0},
    {"state": "failed", "failure": "landline_or_unreachable", "cost_micros": 8_800},
    {"state": "failed", "sent_at": None, "cost_micros": 0},
    {"state": "failed", "sent_at": None, "cost_micros": 3},
]


@pytest.fixture
def months(host: Host) -> list[date]:
    """Messages of two tenants and of none, over two days, in all states; and their months."""
    tenants = [host.tenant, factories.tenant(), None]
    factor = phone()
    for tenant, age, state in product(tenants, (0, 1), STATES):
        row = sent(ended(factor, tenant=tenant, at=OLD - age * DAY), **state)
        if state.get("sent_at", row) is None:
            factories.age(row, sent_at=None)
    # One that is too young to go, perhaps in the same month.
    sent(ended(factor, tenant=host.tenant, at=OLD + 3 * DAY))
    days = {OLD.date(), (OLD - DAY).date(), (OLD + 3 * DAY).date()}
    return sorted({day.replace(day=1) for day in days})


def everything(host: Host, site: Client, months: list[date]) -> list[object]:
    """What the report, the API, the command and the admin's page say."""
    found: list[object] = []
    for month in months:
        out, text = StringIO(), f"{month:%Y-%m}"
        call_command("otpguard_costs", "--month", text, stdout=out)
        api = host.client.get(
            "/security/api/costs/", {"month": text}, headers={"Accept": "application/json"}
        )
        page = site.get(reverse("admin:otpguard_price_costs"), {"month": text})
        tables = [(table["rows"], table["total"]) for table in page.context["tables"]]
        found += [costs(month=month), costs(month=month, tenant=host.tenant)]
        found += [out.getvalue(), api.json(), tables]
    return found


def test_every_door_says_the_same_before_and_after(host: Host, months: list[date]) -> None:
    site = factories.login(Client(), factories.staff())
    before = everything(host, site, months)
    assert sum(each.messages for each in before if isinstance(each, Costs)) > 20
    purge = Purge(batch=4)
    assert purge.step(now=NOW) is not None
    assert 0 < Challenge.objects.count() < 31, "in the midst of it"
    assert everything(host, site, months) == before
    while purge.step(now=NOW) is not None:
        pass
    assert Delivery.objects.count() == 1
    assert everything(host, site, months) == before


def test_a_price_by_volume_counts_messages_of_the_month_that_are_all_still_there(
    settings: Any,
) -> None:
    """The shortest term is longer than a month, so the volume of a month is never purged."""
    settings.OTPGUARD = {"PURGE_AFTER_DAYS": 32}
    first = NOW.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    at = first + timedelta(minutes=1)
    sent(ended(phone(), at=at), provider="p")
    Purge().step(now=first + timedelta(days=30, hours=23))
    prices.forget()
    assert prices._count_sent(int(NOW.timestamp()) // prices.LIFE_SECONDS, "p", "sms") == 1


def test_a_tenants_messages_are_its_own_after_a_purge_as_well(host: Host) -> None:
    other: Tenant = factories.tenant()
    sent(ended(phone(), tenant=other))
    Purge().step(now=NOW)
    month = OLD.date()
    assert costs(month=month, tenant=host.tenant).messages == 0
    assert costs(month=month, tenant=other).messages == 1

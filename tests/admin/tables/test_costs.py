"""Costs on a tenant's page and on the site's page of a month."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.admin.tables.costs import this_month
from otpguard.models import Delivery
from tests import factories
from tests.reports.deliveries import delivered

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = reverse("admin:otpguard_price_costs")


def test_the_page_of_a_month_sums_tenants_channels_and_providers(site: Client) -> None:
    delivered(factories.tenant(name="Acme"), 8_800), delivered(None, 1_000_000, channel="voice")
    answer = site.get(PAGE, {"month": "2026-03"})
    tables = answer.context["tables"]
    assert [[row["name"] for row in table["rows"]] for table in tables] == [
        ["no organization", "Acme"],
        ["phone call", "text message"],
        ["p"],
    ]
    assert {table["total"]["dollars"] for table in tables} == {"1.0088"}
    text = answer.content.decode()
    assert "?month=2026-02" in text
    assert "?month=2026-04" in text


@pytest.mark.parametrize("asked", ["", "nonsense"])
def test_without_a_month_it_is_this_one(site: Client, asked: str) -> None:
    page = site.get(PAGE, {"month": asked})
    assert page.context["subtitle"] == f"{timezone.now():%Y-%m}"
    assert "No messages." in page.content.decode()


def test_a_tenants_page_shows_its_own_costs_of_two_months(site: Client) -> None:
    tenant = factories.tenant(name="Acme")
    mine, _other = delivered(tenant, 8_800), delivered(factories.tenant(), 7_777_777)
    Delivery.objects.filter(pk=mine.pk).update(created_at=timezone.now())
    url = reverse("admin:otpguard_tenant_change", args=[tenant.pk])
    page = site.get(url).content.decode()
    assert "text message, p" in page
    assert "0.0088" in page
    assert "7.77" not in page


def test_a_month_begins_in_utc() -> None:
    assert this_month(datetime(2026, 3, 31, 23, 59, tzinfo=UTC)).month == 3

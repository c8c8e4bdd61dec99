"""The routes of a tenant, and why the others are not used."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.admin.tables.routing import routes_table
from tests import factories
from tests.channels.vendors import provider

pytestmark = pytest.mark.django_db


def test_the_table_says_what_is_used_what_is_missing_and_whose_sender_it_is(
    settings: Any,
) -> None:
    good = {**provider(channels=["whatsapp"]), "PAPERS": {"BAA": True}}
    settings.OTPGUARD = {"PROVIDERS": {"good": good, "bare": provider(channels=["sms"])}}
    text = routes_table(factories.tenant(tags=["health"]))
    rows = {row.split("</td>")[0].split("<td>")[1]: row for row in text.split("<tr>")[2:]}
    assert "not used" not in rows["good"]
    assert "the vendor's sender" in rows["good"]
    assert "an agreement is missing or has expired: BAA" in rows["bare"]


def test_it_stands_on_the_tenants_page(site: Client) -> None:
    url = reverse("admin:otpguard_tenant_change", args=[factories.tenant().pk])
    assert "To numbers of US" in site.get(url).content.decode()

"""Coverage stands on the tenant's page, with numbers and bars of plain HTML."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.admin.tables.coverage import coverage_table
from tests import factories
from tests.enrolling import joined, rule

pytestmark = pytest.mark.django_db


def test_the_tenants_page_shows_who_has_enrolled(site: Client) -> None:
    tenant = factories.tenant()
    rule(tenant)
    factories.phone_factor(factories.member(tenant, roles=["admin"]).user)
    for _ in range(2):
        joined(factories.member(tenant, roles=["member"]), timedelta(days=100))
    page = site.get(reverse("admin:otpguard_tenant_change", args=[tenant.pk])).content.decode()
    assert '<progress max="100" value="33"' in page
    assert '<span class="otpguard-state bad">2</span>' in page
    assert "style=" not in page[page.index("otpguard-coverage") : page.index("</table>")]


def test_the_table_tells_roles_kinds_and_levels_and_escapes_names() -> None:
    tenant = factories.tenant()
    factories.phone_factor(factories.member(tenant, roles=["<b>admin"]).user)
    table = coverage_table(tenant)
    for text in ("everybody", "&lt;b&gt;admin", "Phone", "AAL2"):
        assert text in table
    assert "<b>" not in table
    assert "AAL3" not in table


def test_an_empty_tenant_shows_zeros() -> None:
    assert 'value="0"' in coverage_table(factories.tenant())

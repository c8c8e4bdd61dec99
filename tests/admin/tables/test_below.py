"""One page names each organization that stands below `defensible`, with where and why."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from otpguard.models import Tenant
from tests import factories

pytestmark = pytest.mark.django_db
URL = reverse("admin:otpguard_tenant_below")


def test_each_is_named_with_its_industry_and_where(site: Client) -> None:
    usual = factories.tenant("acme", name="Acme", industry="fintech")
    factories.tenant("big", name="Globex", industry="enterprise")
    factories.tenant("gone", name="Initech", status=Tenant.Status.SUSPENDED)
    page = site.get(URL).content.decode()
    assert reverse("admin:otpguard_tenant_change", args=[usual.pk]) in page
    assert "Payments and lending" in page
    assert "Change how you pay" in page
    assert "on the first day" in page, "why the shipped default is lower"
    assert "Globex" not in page
    assert "Initech" not in page


def test_the_list_of_organizations_leads_there(site: Client) -> None:
    assert URL in site.get(reverse("admin:otpguard_tenant_changelist")).content.decode()
    assert "No organization stands below" in site.get(URL).content.decode()


def test_who_may_not_see_organizations_or_works_inside_one_sees_none(site: Client) -> None:
    factories.tenant("acme", name="Acme")
    other = Client()
    member = factories.user("clerk", is_staff=True)
    other.force_login(member)
    assert other.get(URL).status_code == 403
    member.user_permissions.add(Permission.objects.get(codename="view_tenant"))
    assert other.get(URL).status_code == 200
    factories.select(other, factories.member(factories.tenant(), member).tenant)
    assert other.get(URL).status_code == 403

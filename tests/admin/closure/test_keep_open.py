"""An operator of the site keeps an organization open that was to be closed."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.flows.closure.ask import ask_closure
from otpguard.models import Event, Tenant
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def closing() -> Tenant:
    member = factories.member(factories.tenant(), factories.user("kim"), roles=["admin"])
    return ask_closure(facts=factories.facts(member.user, member.tenant, host="testserver"))


def url(tenant: Tenant, name: str = "do_keep-open") -> str:
    return reverse(f"admin:otpguard_tenant_{name}", args=[tenant.pk])


def test_it_stays_open_with_who_did_it_and_why(
    act: Act, operator: AbstractUser, closing: Tenant
) -> None:
    assert "stays open" in act(url(closing), reason="asked by mistake").content.decode()
    closing.refresh_from_db()
    assert closing.closes_at is None
    row = Event.objects.get(kind="closure.canceled")
    assert row.actor_ref == str(operator.pk)
    assert json.loads(row.body)["data"]["reason"] == "asked by mistake"


def test_the_page_says_when_it_closes_and_who_asked(site: Client, closing: Tenant) -> None:
    page = site.get(url(closing, "change")).content.decode()
    assert "(kim)" in page
    assert url(closing) in page
    assert closing.name in site.get(reverse("admin:otpguard_hold_all")).content.decode()


def test_where_nothing_closes_the_button_is_not_there(site: Client) -> None:
    tenant = factories.tenant()
    assert url(tenant) not in site.get(url(tenant, "change")).content.decode()


def test_who_may_only_look_keeps_nothing_open(closing: Tenant) -> None:
    client = Client()
    looks = factories.user("looks", is_staff=True)
    looks.user_permissions.add(Permission.objects.get(codename="view_tenant"))
    client.force_login(looks)
    assert client.post(url(closing), {"reason": "x"}).status_code == 403
    closing.refresh_from_db()
    assert closing.closes_at is not None

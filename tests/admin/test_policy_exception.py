"""Exceptions in the admin: granted and ended with a proof, and listed with who, when and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import PolicyException, Tenant
from tests import factories
from tests.admin.acting import Act
from tests.excepting import grant, set_floor

pytestmark = pytest.mark.django_db
GRANT = "admin:otpguard_policyexception_do_grant"
LIST = "admin:otpguard_policyexception_changelist"


@pytest.fixture
def tenant(settings: Any) -> Tenant:
    set_floor(settings)
    return factories.tenant("acme", name="Acme")


def filled(**changed: Any) -> dict[str, Any]:
    usual = {
        "tenant": "acme",
        "checkpoint": "billing_change",
        "field": "ttl",
        "value": "1200",
        "owner": "operator",
        "expires_at": f"{timezone.now() + timedelta(days=30):%Y-%m-%dT%H:%M}",
        "reason": "moving house",
    }
    return {**usual, **changed}


def end_of(row: PolicyException) -> str:
    return reverse("admin:otpguard_policyexception_do_end", args=[row.pk])


def test_an_exception_is_granted_after_a_proof_and_listed_with_its_facts(
    act: Act, tenant: Tenant, operator: AbstractUser, site: Client
) -> None:
    page = act(reverse(GRANT), **filled()).content.decode()
    row = PolicyException.objects.get()
    assert (row.tenant, row.value, row.owner, row.created_by) == (tenant, 1200, operator, operator)
    assert "The exception was granted" in page
    listed = site.get(reverse(LIST)).content.decode()
    for said in (
        "Acme",
        "Change how you pay",
        "Time a proof serves: 20 min",
        "operator",
        "moving house",
        ">running<",
    ):
        assert said in listed, said
    assert "There is no exception here" not in listed


def test_a_mistake_is_shown_at_its_field_before_any_code_is_asked(
    site: Client, tenant: Tenant, operator: AbstractUser
) -> None:
    for changed, field in (({"value": "300"}, "value"), ({"owner": "nobody"}, "owner")):
        page = site.post(reverse(GRANT), filled(**changed))
        assert page.status_code == 400
        assert list(page.context["form"].errors) == [field]
    assert not PolicyException.objects.exists()


def test_a_link_fills_in_what_it_names(site: Client, tenant: Tenant) -> None:
    page = site.get(reverse(GRANT), {"tenant": "acme", "checkpoint": "api_key"})
    form = page.context["form"]
    assert (form["tenant"].value(), form["checkpoint"].value()) == ("acme", "api_key")
    assert "preferred_methods" not in page.content.decode(), "it has no floor"


def test_an_exception_is_ended_with_who_did_it(
    act: Act, tenant: Tenant, operator: AbstractUser, site: Client
) -> None:
    row = grant(tenant)
    assert end_of(row) in site.get(_page(row)).content.decode()
    page = act(end_of(row), reason="all have passkeys").content.decode()
    row.refresh_from_db()
    assert (row.ended_by, row.end_reason) == (operator, "all have passkeys")
    assert "The exception was ended." in page
    assert ">ended<" in page
    assert end_of(row) not in page


def test_an_exception_that_has_expired_says_so_and_is_not_ended(
    site: Client, tenant: Tenant
) -> None:
    row = grant(tenant)
    long_ago = timezone.now() - timedelta(days=30)
    factories.age(row, created_at=long_ago, expires_at=long_ago + timedelta(days=1))
    page = site.get(_page(row)).content.decode()
    assert ">expired<" in page
    assert end_of(row) not in page
    factories.age(row, ended_at=row.expires_at)
    assert ">expired<" in site.get(_page(row)).content.decode()


def test_one_that_expires_soon_stands_out(site: Client, tenant: Tenant) -> None:
    grant(tenant, expires_at=timezone.now() + timedelta(days=13))
    assert ">expires soon<" in site.get(reverse(LIST)).content.decode()


def test_the_list_is_narrowed_by_state_and_tenant_and_says_when_it_is_empty(
    site: Client, tenant: Tenant
) -> None:
    empty = site.get(reverse(LIST)).content.decode()
    assert "There is no exception here: the floor holds." in empty
    running, over = grant(tenant), grant(factories.tenant())
    factories.age(over, ended_at=timezone.now())

    def found(**query: Any) -> list[PolicyException]:
        return list(site.get(reverse(LIST), query).context["cl"].result_list)

    assert found(state="running") == [running]
    assert found(state="over") == [over]
    assert found(tenant__id__exact=str(tenant.pk)) == [running]
    assert len(found()) == 2


def test_the_tenant_leads_to_its_exceptions(site: Client, tenant: Tenant) -> None:
    page = site.get(reverse("admin:otpguard_tenant_change", args=[tenant.pk])).content.decode()
    assert f"{reverse(LIST)}?tenant__id__exact={tenant.pk}" in page


def test_staff_inside_a_tenant_are_told_that_they_may_not(
    site: Client, tenant: Tenant, operator: AbstractUser
) -> None:
    factories.member(tenant, operator, roles=["admin"])
    factories.select(site, tenant)
    page = site.post(reverse(GRANT), filled())
    assert page.status_code == 400
    assert "operators of the site" in page.content.decode()
    assert not PolicyException.objects.exists()


def test_the_page_of_the_wishes_says_that_the_floor_is_moved_and_until_when(
    site: Client, tenant: Tenant
) -> None:
    url = reverse("admin:otpguard_policywish_set", args=[str(tenant.pk), "billing_change"])
    assert "An exception moves it" not in site.get(url).content.decode()
    row = grant(tenant)
    page = site.get(url).content.decode()
    assert page.count("An exception moves it until") == 1
    assert "Ceiling: 20 min. An exception moves it" in page.replace("&nbsp;", " ")
    assert f"{row.expires_at.year}" in page


def _page(row: PolicyException) -> str:
    return reverse("admin:otpguard_policyexception_change", args=[row.pk])

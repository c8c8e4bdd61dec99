"""Buttons on memberships: add, change roles, put on hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import Grant, Hold, Membership
from tests import factories
from tests.admin.conftest import Act

pytestmark = pytest.mark.django_db


def do(action: str, member: Membership) -> str:
    return reverse(f"admin:otpguard_membership_do_{action}", args=[member.pk])


def test_a_member_is_added_on_the_list(act: Act) -> None:
    tenant, person = factories.tenant("acme"), factories.user("ada")
    page = act(
        reverse("admin:otpguard_membership_do_add"),
        tenant="acme",
        username="ada",
        roles="member",
        active="on",
        reason="invited",
    )
    assert page.context["original"] == Membership.objects.get(tenant=tenant, user=person)


def test_names_that_nobody_has_are_said_on_the_form(site: Client) -> None:
    data = {"tenant": "nowhere", "username": "nobody", "roles": "No Role", "reason": "x"}
    page = site.post(reverse("admin:otpguard_membership_do_add"), data)
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"tenant", "username", "roles"}


def test_a_rise_to_an_admin_role_shows_its_hold(act: Act) -> None:
    tenant = factories.tenant()
    factories.member(tenant, roles=["admin"])
    member = factories.member(tenant, roles=["member"])
    page = act(do("set", member), roles="member, api_admin", active="on", reason="new task")
    assert "Every checkpoint: " in page.content.decode()
    assert Hold.objects.get().user_id == member.user_id


def test_ending_a_membership_ends_its_proofs(act: Act) -> None:
    member = factories.member(factories.tenant(), roles=["member"])
    factories.grant(member.user, member.tenant)
    act(do("set", member), roles="member", reason="left")
    member.refresh_from_db()
    assert not member.active
    assert not Grant.objects.filter(user=member.user, revoked_at=None).exists()


def test_somebody_is_put_on_hold_for_one_checkpoint(act: Act) -> None:
    member = factories.member(factories.tenant())
    act(do("hold", member), checkpoint="data_export", hours="48", reason="odd behavior")
    member.refresh_from_db()
    until = datetime.fromisoformat(member.held["data_export"])
    assert abs(until - timezone.now() - timedelta(hours=48)) < timedelta(minutes=1)


def test_the_form_starts_with_what_is(site: Client) -> None:
    member = factories.member(factories.tenant(), roles=["member", "billing_admin"])
    page = site.get(do("set", member))
    assert page.context["form"].initial == {"roles": "member, billing_admin", "active": True}


def test_a_hold_on_somebody_who_left_is_not_offered(site: Client) -> None:
    member = factories.member(factories.tenant(), active=False)
    page = site.get(reverse("admin:otpguard_membership_change", args=[member.pk]))
    assert do("hold", member) not in page.content.decode()


def test_the_tenants_page_leads_to_its_members_only(site: Client) -> None:
    here = factories.member(factories.tenant())
    factories.member(factories.tenant())
    url = reverse("admin:otpguard_membership_changelist")
    page = site.get(url, {"tenant__id__exact": str(here.tenant_id)})
    assert list(page.context["cl"].result_list) == [here]

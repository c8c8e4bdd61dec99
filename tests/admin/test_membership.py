"""Buttons on memberships: add, change roles, put on hold, reset."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import Factor, FactorBlock, Grant, Hold, Membership
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

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
    assert "Every sensitive action: " in page.content.decode()
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


def test_a_reset_here_does_what_the_tenant_would(act: Act) -> None:
    member = factories.member(factories.tenant())
    own = factories.phone_factor(member.user)
    token = factories.phone_factor(member.user, tenant=member.tenant)
    page = act(do("reset", member), reason="phone stolen").content.decode()
    assert "2 factors were reset." in page
    assert FactorBlock.objects.get().factor == own
    assert not Factor.objects.filter(pk=token.pk).exists()
    assert "Every sensitive action: " in page


def test_a_reset_everywhere_removes_what_is_personal_too(act: Act) -> None:
    member = factories.member(factories.tenant())
    other = factories.member(factories.tenant(), member.user)
    factories.phone_factor(member.user)
    act(do("reset-everywhere", member), reason="lost all")
    assert not Factor.objects.filter(user=member.user).exists()
    other.refresh_from_db()
    assert set(other.held) == {"*sensitive"}


def test_a_reset_here_leaves_other_tenants_alone(act: Act) -> None:
    member = factories.member(factories.tenant())
    other = factories.member(factories.tenant(), member.user)
    factories.phone_factor(member.user)
    grant = factories.grant(member.user, other.tenant)
    act(do("reset", member), reason="lost")
    other.refresh_from_db()
    grant.refresh_from_db()
    assert (other.held, grant.revoked_at) == ({}, None)


@pytest.mark.parametrize("action", ["reset", "reset-everywhere"])
def test_an_operator_does_not_reset_themselves(
    site: Client, operator: AbstractUser, action: str
) -> None:
    member = factories.member(factories.tenant(), operator)
    asked = site.post(do(action, member), {"reason": "me"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert "your own factors" in page.content.decode()
    assert Factor.objects.filter(user=operator).exists()
    assert not FactorBlock.objects.exists()


@pytest.mark.parametrize("action", ["reset", "reset-everywhere"])
def test_a_reset_asks_for_its_own_checkpoint_first(site: Client, action: str) -> None:
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    url = do(action, member)
    refused = site.post(url, {"reason": "x"}, HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up_required")
    assert refused.json()["checkpoint"] == "security_settings.factor_reset"
    assert Factor.objects.filter(user=member.user).exists()


@pytest.mark.parametrize("action", ["reset", "reset-everywhere"])
def test_staff_with_another_tenant_selected_reset_nobody_here(
    site: Client, operator: AbstractUser, action: str
) -> None:
    own = factories.member(factories.tenant(), operator, roles=["admin"])
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    factories.select(site, own.tenant)
    asked = site.post(do(action, member), {"reason": "x"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert Factor.objects.filter(user=member.user).exists()
    assert not FactorBlock.objects.exists()


def test_a_reset_of_nothing_says_so(act: Act) -> None:
    member = factories.member(factories.tenant())
    page = act(do("reset", member), reason="lost").content.decode()
    assert "nothing to reset" in page
    assert not Hold.objects.exists()

"""What waits for a second operator: seen by all, decided by a third."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.models import Approval, Factor, FactorBlock, Membership
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_pairs_of_eyes(settings: Any) -> None:
    settings.OTPGUARD = {
        **settings.OTPGUARD,
        "POLICY_DEFAULTS": {"security_settings.factor_reset": {"approvals": 1}},
    }


def asked(by: AbstractUser, member: Membership | None = None) -> Approval:
    """A reset of a member with a phone that waits."""
    member = member or factories.member(factories.tenant())
    factories.phone_factor(member.user)
    made = reset_or_ask(
        facts=factories.facts(by),
        user_id=str(member.user_id),
        tenant_id=str(member.tenant_id),
        reason="lost",
    )
    assert isinstance(made, Approval)
    return made


def do(action: str, row: Approval) -> str:
    return reverse(f"admin:otpguard_approval_do_{action}", args=[row.pk])


def page_of(row: Approval) -> str:
    return reverse("admin:otpguard_approval_change", args=[row.pk])


def test_a_button_asks_instead_of_resetting(act: Act) -> None:
    member = factories.member(factories.tenant())
    factories.phone_factor(member.user)
    url = reverse("admin:otpguard_membership_do_reset", args=[member.pk])
    page = act(url, reason="lost").content.decode()
    assert "Another administrator has to approve this" in page
    assert Approval.objects.get().subject == member.user
    assert not FactorBlock.objects.exists()


def test_another_operator_approves(act: Act, operator: AbstractUser) -> None:
    row = asked(factories.staff())
    page = act(do("approve", row)).content.decode()
    assert "1 factor was reset." in page
    assert ">approved<" in page
    row.refresh_from_db()
    assert row.decided_by == operator
    assert FactorBlock.objects.get().tenant == row.tenant


def test_another_operator_refuses(act: Act) -> None:
    row = asked(factories.staff())
    page = act(do("refuse", row)).content.decode()
    assert ">refused<" in page
    assert not FactorBlock.objects.exists()


@pytest.mark.parametrize("action", ["approve", "refuse"])
def test_deciding_asks_for_a_step_up_first(site: Client, action: str) -> None:
    row = asked(factories.staff())
    refused = site.post(do(action, row), HTTP_ACCEPT="application/json")
    assert (refused.status_code, refused.json()["code"]) == (401, "step_up_required")
    assert refused.json()["checkpoint"] == "security_settings.factor_reset"


@pytest.mark.parametrize("action", ["approve", "refuse"])
def test_whoever_asked_is_offered_nothing(
    site: Client, operator: AbstractUser, action: str
) -> None:
    row = asked(operator)
    assert do(action, row) not in site.get(page_of(row)).content.decode()
    assert site.post(do(action, row)).status_code == 302
    row.refresh_from_db()
    assert row.state == "open"


def test_the_subject_is_offered_nothing(site: Client, operator: AbstractUser) -> None:
    row = asked(factories.staff(), factories.member(factories.tenant(), operator))
    assert "/do/" not in site.get(page_of(row)).content.decode()


def test_what_lapsed_reads_as_expired_and_is_not_offered(site: Client) -> None:
    row = asked(factories.staff())
    factories.age(row, expires_at=timezone.now() - timedelta(seconds=1))
    page = site.get(page_of(row)).content.decode()
    assert ">expired<" in page
    assert "/do/" not in page


def test_staff_with_another_tenant_selected_do_not_decide_here(
    site: Client, operator: AbstractUser
) -> None:
    row = asked(factories.staff())
    own = factories.member(factories.tenant(), operator, roles=["admin"])
    factories.select(site, own.tenant)
    refused = site.post(do("approve", row), HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, refused))
    assert page.status_code == 403
    row.refresh_from_db()
    assert row.state == "open"


def test_the_page_says_which_factors_are_meant(site: Client) -> None:
    row = asked(factories.staff())
    assert ">all<" in site.get(page_of(row)).content.decode()
    factor = Factor.objects.get(user=row.subject)
    Approval.objects.filter(pk=row.pk).update(what={"factors": [str(factor.pk)]})
    assert str(factor.pk) in site.get(page_of(row)).content.decode()

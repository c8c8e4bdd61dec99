"""Blocked factors and the way back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.models import Event, FactorBlock
from tests import factories
from tests.admin.acting import Act
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db


def blocked(person: AbstractUser | None = None) -> FactorBlock:
    return FactorBlock.objects.create(
        tenant=factories.tenant(),
        factor=factories.phone_factor(person or factories.user()),
        reason="stolen",
    )


def unblock(row: FactorBlock) -> str:
    return reverse("admin:otpguard_factorblock_do_unblock", args=[row.pk])


def test_a_factor_is_accepted_again(act: Act) -> None:
    row, other = blocked(), blocked()
    page = act(unblock(row), reason="found")
    assert list(page.context["cl"].result_list) == [other]
    event = Event.objects.get(kind="factor.unblocked")
    assert (event.tenant_id, event.subject_ref) == (row.tenant_id, str(row.factor.user_id))


def test_unblocking_asks_for_a_step_up_first(site: Client) -> None:
    row = blocked()
    refused = site.post(unblock(row), {"reason": "x"}, HTTP_ACCEPT="application/json")
    assert refused.status_code == 401
    assert refused.json()["checkpoint"] == "security_settings.factor_reset"
    assert FactorBlock.objects.filter(pk=row.pk).exists()


def test_an_operator_does_not_unblock_a_factor_of_their_own(
    site: Client, operator: AbstractUser
) -> None:
    row = blocked(operator)
    asked = site.post(unblock(row), {"reason": "me"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert FactorBlock.objects.filter(pk=row.pk).exists()


def test_staff_with_another_tenant_selected_do_not_unblock_here(
    site: Client, operator: AbstractUser
) -> None:
    row = blocked()
    own = factories.member(factories.tenant(), operator, roles=["admin"])
    factories.select(site, own.tenant)
    asked = site.post(unblock(row), {"reason": "x"}, HTTP_ACCEPT="text/html")
    page = continue_form(site, step_up(site, asked))
    assert page.status_code == 403
    assert FactorBlock.objects.filter(pk=row.pk).exists()


def test_who_may_look_at_factors_sees_their_blocks_and_no_button(client: Client) -> None:
    row = blocked()
    viewer = factories.user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_factor"))
    factories.login(client, viewer)
    page = client.get(reverse("admin:otpguard_factorblock_change", args=[row.pk]))
    assert page.status_code == 200
    assert "/do/" not in page.content.decode()

"""Links to reset a password: listed, and let through by an operator who has confirmed."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from otpguard.models import Event, ResetLink
from tests import factories
from tests.admin.acting import Act
from tests.flows.password_reset.resets import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def administrator(settings: Any) -> None:
    strict = {"password_reset": {"reset_without_factor": "administrator"}}
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": strict}


def test_an_operator_who_has_confirmed_lets_a_reset_through(act: Act, operator: Any) -> None:
    opened(factories.user("kim"))
    link = ResetLink.objects.get()
    page = act(reverse("admin:otpguard_resetlink_do_permit", args=[link.pk]), reason="called back")
    assert "The reset was let through" in page.content.decode()
    link.refresh_from_db()
    assert link.permitted_by == operator
    assert Event.objects.filter(kind="password_reset.permitted").exists()


def test_the_list_is_searched_by_person_and_filtered(site: Client) -> None:
    opened(factories.user("kim"))
    opened(factories.user("ada"))
    url = reverse("admin:otpguard_resetlink_changelist")
    found = site.get(url, {"q": "kim"}).content.decode()
    assert "kim" in found
    assert ">ada<" not in found
    assert site.get(url, {"email_only__exact": "1"}).status_code == 200


def test_a_link_that_is_over_has_no_button(site: Client) -> None:
    opened(factories.user("kim"))
    link = ResetLink.objects.get()
    page = reverse("admin:otpguard_resetlink_change", args=[link.pk])
    assert "do/permit/" in site.get(page).content.decode()
    ResetLink.objects.update(ended_at=link.created_at)
    assert "do/permit/" not in site.get(page).content.decode()

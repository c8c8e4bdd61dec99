"""Opt-outs in the admin: seen with masked numbers, and switched on with a reason."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import OptOut
from tests import factories
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db

NUMBER = "+12015550142"


def do(row: OptOut) -> str:
    return reverse("admin:otpguard_optout_do_switch-on", args=[row.pk])


def page_of(row: OptOut) -> str:
    return reverse("admin:otpguard_optout_change", args=[row.pk])


def test_a_channel_is_switched_on_with_who_did_it_and_why(act: Act, operator: AbstractUser) -> None:
    row = factories.opt_out(NUMBER)
    page = act(do(row), reason="asked by phone").content.decode()
    row.refresh_from_db()
    assert (row.ended_by_id, row.ended_reason) == (operator.pk, "asked by phone")
    assert do(row) not in page
    assert ">on<" in page


def test_who_selected_an_organization_switches_nothing_on(site: Client) -> None:
    row = factories.opt_out(NUMBER, factories.tenant())
    factories.select(site, factories.tenant())
    refused = site.post(do(row), {"reason": "asked"}, HTTP_ACCEPT="text/html")
    assert refused.status_code == 403
    row.refresh_from_db()
    assert row.ended_at is None


def test_a_number_is_masked_in_list_and_page_and_found_by_what_is_off(site: Client) -> None:
    row = factories.opt_out(NUMBER)
    over = factories.opt_out("+12015550143", ended_at=timezone.now())
    listed = site.get(
        reverse("admin:otpguard_optout_changelist"), {"ended_at__isempty": "1"}
    ).content.decode()
    for text in (listed, site.get(page_of(row)).content.decode()):
        assert "+1 ••• ••42" in text
        assert "5550142" not in text
        assert ">off<" in text
    assert page_of(over) not in listed


def test_a_factors_page_says_what_is_off_and_what_was_agreed_to(site: Client) -> None:
    person, tenant = factories.user(), factories.tenant(name="Wonka")
    phone = factories.phone_factor(person, NUMBER)
    factories.age(phone, consent_version="2026-03", consented_at=timezone.now())
    factories.opt_out(NUMBER)
    factories.opt_out(NUMBER, tenant, channel="whatsapp")
    text = site.get(reverse("admin:otpguard_factor_change", args=[phone.pk])).content.decode()
    assert "STOP was sent from this number" in text
    assert "Wonka" in text
    assert "2026-03, " in text

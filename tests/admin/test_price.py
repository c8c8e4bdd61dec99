"""Buttons on prices: set and end."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse

from otpguard.models import Event, Price
from tests import factories
from tests.admin.acting import Act
from tests.forms.typed import PRICE
from tests.prices import price
from tests.stepup import continue_form, step_up

pytestmark = pytest.mark.django_db
LIST = reverse("admin:otpguard_price_changelist")
SET = reverse("admin:otpguard_price_do_set")


def end(row: Price) -> str:
    return reverse("admin:otpguard_price_do_end", args=[row.pk])


def test_a_price_is_set_after_a_step_up_and_shown(act: Act) -> None:
    page = act(SET, **PRICE)
    made = Price.objects.get()
    assert (made.per_try, made.country, made.valid_from) == (8_800, "US", date(2026, 1, 1))
    assert page.context["original"] == made
    text = page.content.decode()
    assert "2147.008801" in text, "the parts together"
    assert "0.0088" in text


def test_a_price_is_ended_once(act: Act, site: Client) -> None:
    row = price(per_try=1)
    act(end(row), last_day="2026-01-31")
    row.refresh_from_db()
    assert row.valid_until == date(2026, 1, 31)
    assert Event.objects.filter(kind="price.changed").count() == 1
    page = site.get(reverse("admin:otpguard_price_change", args=[row.pk])).content.decode()
    assert end(row) not in page


def test_nothing_happens_without_the_step_up_and_mistakes_come_first(site: Client) -> None:
    assert site.post(SET, PRICE, HTTP_ACCEPT="text/html").status_code == 303
    page = site.post(SET, {**PRICE, "country": "u1"})
    assert page.status_code == 400
    assert set(page.context["form"].errors) == {"country"}
    assert not Price.objects.exists()


def test_staff_inside_a_tenant_set_no_price(site: Client, operator: AbstractUser) -> None:
    own = factories.tenant("own")
    factories.member(own, operator, roles=["admin"])
    factories.select(site, own)
    asked = site.post(SET, PRICE, HTTP_ACCEPT="text/html")
    assert continue_form(site, step_up(site, asked)).status_code == 403
    assert not Price.objects.exists()


def test_the_list_shows_dollars_and_leads_to_the_costs(site: Client) -> None:
    price(per_try=7_500, surcharge=3_500, country="US")
    page = site.get(LIST).content.decode()
    assert "0.011" in page
    assert reverse("admin:otpguard_price_costs") in page


def test_the_costs_are_for_whoever_may_see_prices(client: Client) -> None:
    viewer = factories.user(is_staff=True)
    factories.login(client, viewer)
    url = reverse("admin:otpguard_price_costs")
    assert client.get(url).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="view_price"))
    assert client.get(url).status_code == 200
    assert client.get(SET).status_code == 403

"""Deliveries: shown with their outcome, and the way to their challenge."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.models import Delivery
from tests import factories
from tests.models.rows import challenge, delivery
from tests.stepup import begin

pytestmark = pytest.mark.django_db


def test_a_delivery_shows_its_route_and_leads_to_its_challenge(
    site: Client, operator: AbstractUser
) -> None:
    url = reverse("admin:otpguard_tenant_do_suspend", args=[factories.tenant().pk])
    challenge = begin(site, site.post(url, {"reason": "x"}, HTTP_ACCEPT="text/html"))
    row = Delivery.objects.get(challenge=challenge)
    listed = site.get(reverse("admin:otpguard_delivery_changelist")).content.decode()
    assert "text message" in listed
    assert "Change security settings" in listed
    page = site.get(reverse("admin:otpguard_delivery_change", args=[row.pk])).content.decode()
    assert reverse("admin:otpguard_challenge_change", args=[challenge.pk]) in page


def test_a_delivery_shows_what_it_cost_and_where_it_went(
    site: Client, operator: AbstractUser
) -> None:
    url = reverse("admin:otpguard_tenant_do_suspend", args=[factories.tenant().pk])
    challenge = begin(site, site.post(url, {"reason": "x"}, HTTP_ACCEPT="text/html"))
    row = Delivery.objects.get(challenge=challenge)
    Delivery.objects.filter(pk=row.pk).update(cost_micros=8_800, country="US")
    page = site.get(reverse("admin:otpguard_delivery_change", args=[row.pk])).content.decode()
    assert "0.0088" in page
    assert ">US<" in page


def test_carrier_and_network_route_are_columns_and_filters(site: Client) -> None:
    asked = challenge(factories.phone_factor(factories.user()))
    for step, (carrier, way) in enumerate(
        [("T-Mobile", "direct"), ("Verizon", "second"), ("", "")]
    ):
        delivery(asked, step=step, carrier=carrier, network_route=way)
    url = reverse("admin:otpguard_delivery_changelist")
    page = site.get(url).content.decode()
    assert '<td class="field-carrier">Verizon</td>' in page
    assert '<td class="field-network_route">second</td>' in page
    assert '<option value="T-Mobile">' in page
    assert '<option value="direct">' in page
    for query in ({"carrier": "Verizon"}, {"network_route": "second"}):
        found = site.get(url, query).context["cl"].result_list
        assert [(row.carrier, row.network_route) for row in found] == [("Verizon", "second")]


def test_the_word_in_the_url_stays_listed_when_no_new_message_has_it(site: Client) -> None:
    delivery(challenge(factories.phone_factor(factories.user())), carrier="Verizon")
    page = site.get(reverse("admin:otpguard_delivery_changelist"), {"carrier": "Sprint"})
    assert '<option value="Sprint" selected>' in page.content.decode()

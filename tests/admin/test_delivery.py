"""Deliveries: shown with their outcome, and the way to their challenge."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import reverse

from otpguard.models import Delivery
from tests import factories
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

"""Billing changes in the admin."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard import vault
from otpguard.core.facts import RequestFacts
from otpguard.flows.release.billing_lock import lock_by_link
from otpguard.models import BillingChange, Tenant
from tests import factories
from tests.admin.acting import Act
from tests.flows.release.billing import acting, change, payer

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> BillingChange:
    return change(acting(payer(factories.tenant("acme"))))


def lock(row: BillingChange) -> None:
    token = vault.encrypt_token(vault.BILLING_LOCK, f"{row.pk}:")
    assert lock_by_link(facts=RequestFacts(now=timezone.now()), token=token)


def test_a_change_is_shown_with_masked_values_and_no_button(
    site: Client, row: BillingChange
) -> None:
    page = site.get(reverse("admin:otpguard_billingchange_change", args=[row.pk])).content.decode()
    assert "•••• 4242 → •••• 1881" in page
    assert "not locked" in page
    assert "do/lift" not in page


def test_the_site_lifts_a_lock_at_once(act: Act, row: BillingChange) -> None:
    lock(row)
    act(reverse("admin:otpguard_billingchange_do_lift", args=[row.pk]), reason="we called them")
    row.refresh_from_db()
    assert row.lifted_at is not None
    assert Tenant.objects.get(slug="acme").held == {}


def test_nothing_is_lifted_without_the_step_up(site: Client, row: BillingChange) -> None:
    lock(row)
    path = reverse("admin:otpguard_billingchange_do_lift", args=[row.pk])
    assert site.post(path, {"reason": "x"}, HTTP_ACCEPT="text/html").status_code == 303
    row.refresh_from_db()
    assert row.lifted_at is None

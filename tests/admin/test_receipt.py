"""Receipts: listed with the way to their delivery; the report itself is never shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.core.outcome import Failure
from otpguard.flows.delivery.receipts import record_receipts
from otpguard.models import Receipt
from tests import factories
from tests.models.rows import challenge, delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt() -> Receipt:
    row = delivery(
        challenge(factories.phone_factor(factories.user())),
        provider="vendor",
        provider_ref="SM1",
        state="sent",
    )
    facts = [
        ReceiptFact(
            reference=reference, state=ReceiptState.FAILED, failure=Failure.CARRIER_FILTERED
        )
        for reference in ("SM1", "nobody's")
    ]
    record_receipts(provider="vendor", facts=facts, raw="To=+12015550123", now=timezone.now())
    return Receipt.objects.get(delivery=row)


def test_a_receipt_names_its_delivery_and_never_shows_the_report(
    site: Client, receipt: Receipt
) -> None:
    listed = site.get(reverse("admin:otpguard_receipt_changelist")).content.decode()
    assert listed.count("the carrier filtered it out") >= 2
    page = site.get(reverse("admin:otpguard_receipt_change", args=[receipt.pk])).content.decode()
    assert reverse("admin:otpguard_delivery_change", args=[receipt.delivery_id]) in page
    assert "2015550123" not in listed + page


@pytest.mark.parametrize(("known", "count"), [("yes", 1), ("no", 1), ("", 2)])
def test_the_unknown_ones_can_be_told_apart(
    site: Client, receipt: Receipt, known: str, count: int
) -> None:
    query = {"known": known} if known else {}
    page = site.get(reverse("admin:otpguard_receipt_changelist"), query)
    assert len(page.context["cl"].result_list) == count


def test_a_receipt_cannot_be_added_changed_or_deleted(site: Client, receipt: Receipt) -> None:
    assert site.get(reverse("admin:otpguard_receipt_add")).status_code == 403
    change = reverse("admin:otpguard_receipt_change", args=[receipt.pk])
    assert site.post(change, {"provider": "x"}).status_code == 403
    delete = reverse("admin:otpguard_receipt_delete", args=[receipt.pk])
    assert site.post(delete, {"post": "yes"}).status_code == 403


def test_a_deliverys_page_tells_what_was_reported_of_it(site: Client, receipt: Receipt) -> None:
    page = site.get(reverse("admin:otpguard_delivery_change", args=[receipt.delivery_id]))
    shown = page.content.decode()
    assert "(the carrier filtered it out)" in shown
    listed = reverse("admin:otpguard_receipt_changelist")
    assert f"{listed}?delivery__id__exact={receipt.delivery_id}" in shown
    only = site.get(listed, {"delivery__id__exact": str(receipt.delivery_id)})
    assert len(only.context["cl"].result_list) == 1

"""Receipts: each fact of a vendor once, encrypted, and outliving its delivery."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Receipt
from tests import factories
from tests.models.rows import challenge, delivery, plan, postgres_only, raw

pytestmark = pytest.mark.django_db


def test_a_fact_is_stored_once_for_each_vendor() -> None:
    Receipt.objects.create(provider="a", digest="d", state="sent")
    Receipt.objects.create(provider="b", digest="d", state="sent")
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(provider="a", digest="d", state="failed")


def test_the_receipt_is_encrypted_in_the_table() -> None:
    row = Receipt.objects.create(provider="a", digest="d", state="sent", raw="To=+12015550123")
    row.refresh_from_db()
    assert row.raw.reveal() == "To=+12015550123"
    assert "2015550123" not in raw(row, "raw")
    assert str(row) == "sent from a"


def test_a_receipt_outlives_its_delivery() -> None:
    of = delivery(challenge(factories.phone_factor(factories.user())))
    row = Receipt.objects.create(provider="a", digest="d", state="sent", delivery=of)
    assert list(of.receipt_set.all()) == [row]
    of.delete()
    row.refresh_from_db()
    assert row.delivery is None


@postgres_only
def test_what_is_old_and_what_is_repeated_are_found_by_index() -> None:
    assert "otpguard_receipt_age" in plan(Receipt.objects.filter(at__lte=timezone.now()).order_by())
    once = Receipt.objects.filter(provider="a", digest__in=["d", "e"], delivery=None)
    found = plan(once.order_by("pk"))
    assert "otpguard_receipt_once" in found or "otpguard_receipt_delivery" in found

"""Billing changes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import BillingChange
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def change() -> BillingChange:
    return BillingChange.objects.create(
        tenant=factories.tenant(), by=factories.user(), field="card", after="•••• 4242"
    )


def test_nobody_lifts_the_lock_of_their_own_change(change: BillingChange) -> None:
    row = BillingChange.objects.filter(pk=change.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(lifted_by=change.by)
    assert row.update(lifted_by=factories.user()) == 1


def test_a_change_says_what_and_when(change: BillingChange) -> None:
    assert str(change) == f"card at {change.at:%Y-%m-%d %H:%M}"

"""A vendor's report stands once, however often it is told."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import Receipt

pytestmark = pytest.mark.django_db


def reported(digest: str, provider: str = "sms") -> Receipt:
    return Receipt.objects.create(provider=provider, digest=digest, state="delivered", raw="{}")


def test_the_same_report_of_the_same_vendor_is_one_row() -> None:
    reported("a" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        reported("a" * 64)
    reported("a" * 64, provider="mail")
    assert Receipt.objects.count() == 2


def test_what_came_is_kept_encrypted() -> None:
    row = reported("b" * 64)
    row.refresh_from_db()
    assert row.raw.token != "{}"
    assert row.raw.reveal() == "{}"
    assert str(row) == "delivered from sms"

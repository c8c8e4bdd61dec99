"""A raised cap counts until its end, which is near."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from otpguard.database import transaction
from otpguard.models import CapRaise

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def row(**changed: Any) -> CapRaise:
    known: dict[str, Any] = {"row": "ip_hour", "limit": 50, "reason": "r", "created_at": NOW}
    return CapRaise.objects.create(**{**known, "expires_at": NOW + timedelta(days=14), **changed})


def test_it_runs_until_it_expires_or_is_ended() -> None:
    made = row()
    assert CapRaise.objects.running(NOW).get() == made
    assert not CapRaise.objects.running(made.expires_at).exists()
    row(ended_at=NOW)
    assert CapRaise.objects.running(NOW).count() == 1


@pytest.mark.parametrize("end", [timedelta(0), timedelta(days=14, microseconds=1)])
def test_the_database_keeps_it_within_two_weeks(end: timedelta) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row(expires_at=NOW + end)


def test_it_is_called_by_its_row_and_its_end() -> None:
    assert str(row()).startswith("ip_hour: 50, until 20")

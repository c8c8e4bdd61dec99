"""An exception as the API shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.api.exception_document import document_of
from tests import factories
from tests.excepting import grant, set_floor

pytestmark = pytest.mark.django_db


def test_it_says_what_why_whose_and_until_when(settings: Any) -> None:
    set_floor(settings)
    row = grant(factories.tenant("acme"))
    assert document_of(row, timezone.now()) == {
        "id": str(row.pk),
        "tenant": "acme",
        "checkpoint": "billing_change",
        "field": "ttl",
        "value": 1200,
        "state": "running",
        "owner": str(row.owner_id),
        "reason": "moving house",
        "created_by": str(row.created_by_id),
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
        "ended_by": "",
        "ended_at": None,
    }


def test_its_state_follows_from_its_date(settings: Any) -> None:
    set_floor(settings)
    row = grant(factories.tenant())
    assert document_of(row, row.expires_at)["state"] == "expired"
    row.ended_at = row.expires_at
    assert document_of(row, row.expires_at)["state"] == "expired"
    row.ended_at = row.expires_at - timedelta(days=1)
    assert document_of(row, row.created_at)["state"] == "ended"

"""The table of releases."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Release
from tests import factories

pytestmark = pytest.mark.django_db


def release(**columns: Any) -> Release:
    member = factories.member(factories.tenant())
    now = timezone.now()
    usual = {
        "tenant": member.tenant,
        "user": member.user,
        "job": "people",
        "format": "csv",
        "checkpoint": "data_export",
        "event": uuid.uuid4(),
        "downloads_left": 3,
        "held_until": now + timedelta(hours=1),
    }
    return Release.objects.create(**{**usual, **columns})


def test_key_and_arguments_are_encrypted_and_not_shown() -> None:
    row = release(key="00ff", arguments='{"city": "Berlin"}')
    row.refresh_from_db()
    assert row.key.reveal() == "00ff"
    assert "00ff" not in row.key.token
    assert "Berlin" not in f"{row!r} {row} {row.arguments!r} {row.arguments.token}"


@pytest.mark.parametrize("state", ["canceled", "expired", "failed"])
def test_what_has_ended_has_no_key(state: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        release(key="00ff", state=state)
    assert release(state=state).key == ""


def test_what_is_ready_has_its_window() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        release(state="ready")
    now = timezone.now()
    assert release(state="ready", opens_at=now, expires_at=now).pk

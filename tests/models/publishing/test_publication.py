"""What is kept about the log beside it."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import AuditSchedule, LogCheck, Publication

pytestmark = pytest.mark.django_db


def test_a_place_has_one_row() -> None:
    Publication.objects.create(name="directory")
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(name="directory")


def test_rows_say_what_they_are() -> None:
    assert str(Publication(name="webhook", size=7)) == "webhook 7"
    assert str(LogCheck(log=UUID(int=7))).startswith(str(UUID(int=7)))
    assert str(AuditSchedule())

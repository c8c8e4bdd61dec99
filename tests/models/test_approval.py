"""The database itself keeps anybody from deciding what they asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Approval
from tests import factories

pytestmark = pytest.mark.django_db


def asked() -> Approval:
    return Approval.objects.create(
        tenant=factories.tenant(),
        action="factor_reset",
        subject=factories.user(),
        asked_by=factories.user(),
        reason="lost phone",
        expires_at=timezone.now() + timedelta(hours=24),
    )


def test_whoever_asked_cannot_decide() -> None:
    row = asked()
    row.decided_by = row.asked_by
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_another_can() -> None:
    row = asked()
    row.decided_by, row.state = factories.user(), Approval.State.APPROVED
    row.save()
    assert str(row) == "factor_reset (approved)"

"""What waits for a second person is never decided by the first."""

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
        reason="lost",
        asked_by=factories.user(),
        expires_at=timezone.now() + timedelta(hours=24),
    )


def test_a_request_waits_and_names_what_it_is() -> None:
    row = asked()
    assert (row.state, row.decided_by, row.what) == ("open", None, {})
    assert str(row) == "factor_reset (open)"


def test_the_database_refuses_a_decision_of_whoever_asked() -> None:
    row = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=row.pk).update(decided_by=row.asked_by)
    assert Approval.objects.filter(pk=row.pk).update(decided_by=factories.user()) == 1

"""An approval as the API shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from otpguard.api.approval_document import approval_document
from otpguard.models import Approval, Vote
from tests import factories

pytestmark = pytest.mark.django_db


def test_one_that_concerns_no_person_alone_says_so_and_names_its_votes() -> None:
    now, voter = timezone.now(), factories.user()
    row = Approval.objects.create(
        tenant=factories.tenant(),
        action="policy_change",
        what={"checkpoint": "api_key"},
        needed=2,
        reason="a policy becomes weaker",
        asked_by=factories.user(),
        expires_at=now + timedelta(hours=24),
    )
    Vote.objects.create(approval=row, user=voter, at=now)
    shown = approval_document(row)
    assert (shown["user"], shown["factors"], shown["needed"]) == ("", None, 2)
    assert (shown["approved_by"], shown["decided_by"]) == ([str(voter.pk)], "")

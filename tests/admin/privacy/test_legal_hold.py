"""Legal holds in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from otpguard.models import Event, LegalHold
from tests.admin.acting import Act

pytestmark = pytest.mark.django_db


def test_a_hold_is_lifted(act: Act) -> None:
    row = LegalHold.objects.create(user_key="7", reason="case 7")
    act(reverse("admin:otpguard_legalhold_do_lift", args=[row.pk]), reason="over")
    row.refresh_from_db()
    assert row.lifted_at is not None
    assert Event.objects.get(kind="legal_hold.lifted").subject_ref == "7"

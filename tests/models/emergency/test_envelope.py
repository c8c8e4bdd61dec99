"""Envelopes: one is live in each tenant."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import Envelope, EnvelopeCode
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_tenant_has_one_live_envelope_and_any_number_of_old_ones() -> None:
    tenant, now = factories.tenant(), timezone.now()
    Envelope.objects.create(tenant=tenant, created_at=now, ended_at=now)
    Envelope.objects.create(tenant=tenant, created_at=now)
    Envelope.objects.create(tenant=factories.tenant(), created_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Envelope.objects.create(tenant=tenant, created_at=now)


def test_a_code_is_not_in_its_own_words() -> None:
    made = Envelope(created_at=timezone.now())
    assert "d" * 64 not in f"{EnvelopeCode(envelope=made, digest='d' * 64)}"

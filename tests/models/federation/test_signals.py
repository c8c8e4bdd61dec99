"""A stream is there once for a tenant, and a token is seen once for a stream."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from otpguard.models import SeenSignal, SignalStream
from tests import factories

pytestmark = pytest.mark.django_db


def test_issuer_and_audience_are_one_stream_of_a_tenant_and_may_be_anothers() -> None:
    same = {"name": "Okta", "issuer": "i", "audience": "a", "jwks": "j"}
    tenant = factories.tenant()
    row = SignalStream.objects.create(tenant=tenant, **same)
    assert str(row) == f"Okta of {tenant}"
    with pytest.raises(IntegrityError), transaction.atomic():
        SignalStream.objects.create(tenant=tenant, **same)
    other = SignalStream.objects.create(tenant=factories.tenant(), **same)
    now = timezone.now()
    for stream in (row, other):
        seen = SeenSignal.objects.create(stream=stream, digest="d" * 64, expires_at=now)
        assert str(seen) == "signal dddddddd"
    with pytest.raises(IntegrityError), transaction.atomic():
        SeenSignal.objects.create(stream=row, digest="d" * 64, expires_at=now)

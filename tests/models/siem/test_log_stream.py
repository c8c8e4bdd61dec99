"""Streams and refused events: what the tables keep and do not let happen."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from otpguard.models import DeadLetter, Event, LogStream
from tests import factories
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db


def test_the_secret_is_encrypted_in_the_row() -> None:
    row = stream_of(factories.tenant(), secret="whsec_c2VjcmV0")
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM otpguard_logstream")
        assert "whsec" not in cursor.fetchone()[0]
    assert LogStream.objects.get(pk=row.pk).secret.reveal() == "whsec_c2VjcmV0"


def test_an_event_is_refused_once_by_a_stream() -> None:
    row, event = stream_of(None), Event().pk
    DeadLetter.objects.create(stream=row, event=event, reason="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        DeadLetter.objects.create(stream=row, event=event, reason="x")
    assert DeadLetter.objects.create(stream=stream_of(None), event=event, reason="x").pk


def test_they_go_with_their_tenant_and_its_stream() -> None:
    tenant = factories.tenant()
    DeadLetter.objects.create(stream=stream_of(tenant), event=tenant.pk, reason="x")
    tenant.delete()
    assert not LogStream.objects.exists()
    assert not DeadLetter.objects.exists()


def test_their_words_name_no_secret() -> None:
    row = stream_of(None)
    assert str(row) == "webhook stream"
    assert str(DeadLetter(stream=row, event=row.pk)) == f"refused event {row.pk}"

"""What the doctor says of streams."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from otpguard.flows.siem.stream_status import on_streams
from otpguard.models import DeadLetter
from tests import factories
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def said(**columns: Any) -> str:
    stream_of(None, **{"next_at": NOW, **columns})
    return " ".join(f"{each.level}: {each.text}" for each in on_streams(now=NOW))


def test_without_streams_there_is_nothing_to_say() -> None:
    assert list(on_streams(now=NOW)) == []


def test_all_is_well_while_they_send() -> None:
    assert said() == "ok: 1 of them send."


def test_one_that_does_not_arrive_is_an_error() -> None:
    text = said(failures=9, failing_since=NOW - timedelta(hours=3), trouble="HTTP 503")
    assert text == 'error: "soc" of the site has not arrived for 3.0 hours: HTTP 503.'


def test_what_datadog_will_drop_is_told() -> None:
    text = said(sink="datadog", failing_since=NOW - timedelta(hours=20), trouble="HTTP 503")
    assert "Datadog drops what is older than 18 hours" in text


def test_a_paused_one_is_named() -> None:
    assert said(state="paused") == 'warning: Paused: "soc" of the site.'


def test_one_that_no_worker_takes_up_is_an_error() -> None:
    assert "Is one running?" in said(next_at=NOW - timedelta(minutes=6))


def test_tenants_that_a_stream_of_the_site_leaves_out_are_counted() -> None:
    factories.tenant(tags=["EU-only"])
    assert "in US leaves out 1 organizations: residency" in said(region="US")


def test_refused_events_are_counted() -> None:
    row = stream_of(None, next_at=NOW)
    DeadLetter.objects.create(stream=row, event=uuid4(), reason="x")
    (found,) = on_streams(now=NOW)
    assert found.text == 'The receiver of "soc" has refused 1 events.'

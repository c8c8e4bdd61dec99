"""Through which door something came."""

from __future__ import annotations

from datetime import UTC, datetime

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts


def test_code_that_no_request_started_is_a_job() -> None:
    assert RequestFacts(now=datetime(2026, 5, 10, tzinfo=UTC)).source is EventSource.JOB

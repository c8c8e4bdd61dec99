"""Streams, and receivers that stand for any: what the tests of this room share."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from otpguard.core.siem.answer import SinkAnswer
from otpguard.core.siem.sent_event import SentEvent
from otpguard.flows.siem.send import send_stream
from otpguard.models import LogStream, Tenant
from tests.flows.audit.logging import wait_for_others

URL = {"webhook": "https://logs.example.com/in", "syslog": "tls://logs.example.com"}


def stream_of(tenant: Tenant | None, **more: Any) -> LogStream:
    """A stream from the first event of the log on."""
    known = {"name": "soc", "sink": "webhook", "url": URL["webhook"], "secret": "whsec_c2VjcmV0"}
    return LogStream.objects.create(tenant=tenant, **{**known, **more})


class Hand:
    """A receiver that takes what its rule says; it keeps each batch it was handed."""

    def __init__(self, rule: Callable[[Sequence[SentEvent]], SinkAnswer] | None = None) -> None:
        self.rule = rule or (lambda events: SinkAnswer(taken=len(events)))
        self.batches: list[list[str]] = []

    def __call__(
        self, _stream: LogStream, events: Sequence[SentEvent], *, now: datetime
    ) -> SinkAnswer:
        assert now.tzinfo is not None
        answer = self.rule(events)
        self.batches.append([event.id for event in events])
        return answer

    @property
    def ids(self) -> list[str]:
        """All that was handed to it, in order."""
        return [each for batch in self.batches for each in batch]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def move(self, **parts: float) -> None:
        """Let time pass."""
        self.now += timedelta(**parts)


def send(stream: LogStream, hand: Any, clock: Clock | None = None) -> int:
    """One turn of a worker, now."""
    wait_for_others()
    found = send_stream(stream_id=str(stream.pk), clock=clock or timezone.now, hand=hand)
    stream.refresh_from_db()
    return found


def refusing(*bad: UUID) -> Callable[[Sequence[SentEvent]], SinkAnswer]:
    """A rule that refuses every batch with one of these in it, as a webhook does by 400."""
    ids = set(map(str, bad))

    def rule(events: Sequence[SentEvent]) -> SinkAnswer:
        if ids.intersection(event.id for event in events):
            return SinkAnswer(trouble="HTTP 400", too_much=True)
        return SinkAnswer(taken=len(events))

    return rule


def down(_events: Sequence[SentEvent]) -> SinkAnswer:
    """The rule of a receiver that is away."""
    return SinkAnswer(trouble="HTTP 503")


def uid_of(event: SentEvent) -> str:
    """The id that stands in what is sent."""
    found: str = json.loads(event.rendered)["metadata"]["uid"]
    return found

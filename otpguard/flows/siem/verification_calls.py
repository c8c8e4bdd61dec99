"""The events of the log that a webhook of verifications is called for, and what it is told.

The log itself is the outbox: an event is written in the transaction of what it tells, so none is
lost and none is told of what was undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from otpguard.core.siem.sent_event import SentEvent
from otpguard.core.siem.sinks import Sink
from otpguard.core.siem.verification_call import CALL_TYPES, TEST_KIND, call_body
from otpguard.core.uuid7 import time_of
from otpguard.models import Event, LogStream, Tenant, Verification

OF_CHALLENGES = tuple(kind for kind in CALL_TYPES if kind != TEST_KIND)
INFORMATIONAL = 1


def events_of_calls(rows: QuerySet[Event], stream: LogStream) -> QuerySet[Event]:
    """Those of `rows` that the stream's receiver is called for: outcomes of verifications of its
    tenant, and its own tests."""
    mine = Verification.objects.filter(pk=OuterRef("story"), tenant=stream.tenant_id)
    outcomes = Q(Exists(mine), kind__in=OF_CHALLENGES)
    # The body is canonical JSON and names the stream once.
    tests = Q(kind=TEST_KIND, body__contains=f'"{stream.pk}"')
    return rows.filter(outcomes | tests, tenant_id=stream.tenant_id)


def calls_that_wait() -> Q:
    """Which streams make no call now: those of verifications of suspended tenants."""
    return Q(sink=Sink.VERIFICATIONS.value, tenant__status=Tenant.Status.SUSPENDED)


def verification_calls(rows: Sequence[Event]) -> list[SentEvent]:
    """The messages of such events, in their order. Reads their verifications in one statement."""
    stories = [row.story for row in rows if row.story is not None]
    asked = Verification.objects.select_related("challenge").filter(pk__in=stories)
    # What is encrypted in the challenge is no matter of the service's.
    known = {row.pk: row for row in asked.defer("challenge__destination", "challenge__net")}
    return [_call(row, known) for row in rows]


def _call(row: Event, known: Mapping[UUID, Verification]) -> SentEvent:
    verification = known.get(row.story) if row.story is not None else None
    told, at = CALL_TYPES[row.kind], time_of(row.pk)
    data = _data(verification) if verification is not None else {"id": str(row.story or row.pk)}
    return SentEvent(
        id=str(row.pk),
        kind=row.kind,
        label=told.name,
        at=at,
        tenant=str(row.tenant_id or ""),
        severity=INFORMATIONAL,
        rendered=call_body(row.kind, at=at.isoformat(), data=data),
    )


def _data(row: Verification) -> dict[str, Any]:
    """What the API tells of it as well, and no more."""
    return {
        "id": str(row.pk),
        "action": row.action,
        "channel": _channel(row),
        "audit_event": str(row.event) if row.event else None,
        "created_at": row.created_at.isoformat(),
    }


def _channel(row: Verification) -> str:
    """Over which the right code went, or else the last one; empty if none did."""
    challenge = row.challenge
    if challenge is None:
        return ""
    step = challenge.step if challenge.answered_step is None else challenge.answered_step
    steps = challenge.plan[step : step + 1]
    return str(steps[0]["channel"]) if steps else ""

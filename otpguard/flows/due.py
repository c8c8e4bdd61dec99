"""Ask in one statement which parts of the sweep have work now: mostly none.

Every worker asks four times a second. A wrong "yes" does no harm: each part then takes its rows by
its own conditions.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.models import (
    AuditSchedule,
    Challenge,
    Delivery,
    Event,
    LogStream,
    Notice,
    ResetRequest,
    SealCursor,
)
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

STALE_AFTER = timedelta(seconds=2)
"""A row that is still queued after this may have been lost between commit and broker."""

LEASE = timedelta(seconds=30)
"""Longer than any provider's deadline: past it, the worker that claimed a row counts as dead."""

_CHALLENGE, _DELIVERY, _NOTICE = Columns(Challenge, "due_at"), Columns(Delivery), Columns(Notice)
_RESET = Columns(ResetRequest)
_OPEN = f"state = '{ChallengeState.OPEN}'"
# States of deliveries and of notices have the same names.
_UNSENT = (
    f"state IN ('{DeliveryState.QUEUED}', '{DeliveryState.SENDING}')"
    " AND (lease_until < %s OR (lease_until IS NULL AND created_at < %s))"
)
# The generic plan of a prepared statement uses a partial index only if its condition is said.
_ASKED = {
    "fell_back": (f"{_CHALLENGE.table} WHERE {_OPEN} AND due_at IS NOT NULL AND due_at <= %s", 1),
    "requeued": (f"{_DELIVERY.table} WHERE {_UNSENT}", 2),
    "expired": (f"{_CHALLENGE.table} WHERE {_OPEN} AND expires_at <= %s", 1),
    "notices": (f"{_NOTICE.table} WHERE {_UNSENT}", 2),
    "streams": (f"{Columns(LogStream).table} WHERE state = 'active' AND next_at <= %s", 1),
    "resets": (f"{_RESET.table} WHERE due_at <= %s", 1),
    "vendor_calls": (
        f"{_DELIVERY.table} WHERE status_call_at IS NOT NULL AND status_call_at <= %s",
        1,
    ),
    "closing_calls": (
        f"{_DELIVERY.table} WHERE closing_call_at IS NOT NULL AND closing_call_at <= %s",
        1,
    ),
    "published": (f"{Columns(AuditSchedule).table} WHERE publish_at <= %s", 1),
    "checked": (f"{Columns(AuditSchedule).table} WHERE verify_at <= %s", 1),
    "sealed": (
        (
            f"{Columns(SealCursor).table} s WHERE s.next_at <= %s AND EXISTS"  # noqa: S608 (constant)
            f" (SELECT 1 FROM {Columns(Event).table} e WHERE (e.xact, e.id) > (s.xact, s.event))"
        ),
        1,
    ),
}
_SOME = [f"EXISTS (SELECT 1 FROM {where})" for where, _ in _ASKED.values()]  # noqa: S608 (constant)
_SQL = f"SELECT {', '.join(_SOME)}"


def due(now: datetime) -> frozenset[str]:
    """The names of those parts, as `Swept` calls them. Raises DatabaseError without a database."""
    moment, cutoff = _CHALLENGE.bind(now)[0], _CHALLENGE.bind(now - STALE_AFTER)[0]
    params = [each for _, count in _ASKED.values() for each in (moment, cutoff)[:count]]
    with prepared_cursor() as cursor:
        cursor.execute(_SQL, params)
        found = {name for name, some in zip(_ASKED, cursor.fetchone(), strict=True) if some}
    return frozenset("vendor_calls" if name == "closing_calls" else name for name in found)

"""Caps counted in the database: exact, no extra server, all or nothing (C17).

On PostgreSQL each (cap, key) is locked by an advisory lock, in sorted order, until the caller's
transaction ends; two starts can then never both take the last place. SQLite has one writer anyway
(its transactions must be IMMEDIATE, which a system check demands).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from otpguard.core.limits import Cap, Charged, Refused
from otpguard.models import Usage


def consume(caps: Sequence[Cap], *, challenge: UUID, now: datetime) -> Charged | Refused:
    """Charge every cap once, or none when one is full.

    Must be called inside a transaction; the locks are held until it ends. Fails closed: a database
    error propagates and the caller's transaction with it.
    """
    _lock(caps)
    for cap in caps:
        times = list(
            Usage.objects.filter(cap=cap.name, key=cap.key, at__gt=now - cap.window)
            .order_by("-at")
            .values_list("at", flat=True)[: cap.limit]
        )
        if len(times) >= cap.limit:
            free_again = times[-1] + cap.window if times else now + cap.window
            return Refused(cap=cap.name, retry_after=free_again - now)
    Usage.objects.bulk_create(
        Usage(cap=cap.name, key=cap.key, at=now, challenge=challenge) for cap in caps
    )
    return Charged()


def refund(challenge: UUID) -> None:
    """Forget the uses of a challenge that was proven: caps count unproven ones only (C19)."""
    Usage.objects.filter(challenge=challenge).delete()


def _lock(caps: Sequence[Cap]) -> None:
    if connection.vendor != "postgresql":
        return
    keys = sorted(_lock_key(cap) for cap in caps)
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _lock_key(cap: Cap) -> int:
    raw = hashlib.sha256(f"{cap.name}\0{cap.key}".encode()).digest()[:8]
    return int.from_bytes(raw, "big", signed=True)

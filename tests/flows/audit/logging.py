"""Events to seal, and what a test looks at afterwards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.logs import log_of
from otpguard.audit.recorder import record_all
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.sealing.tiles import split
from otpguard.core.sealing.tree import leaf_hash
from otpguard.flows.audit.seal import SealRun, begin_sealing, seal_events
from otpguard.models import Event, Seal

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
_OLDER_ELSEWHERE = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname IS DISTINCT FROM current_database()"
    " AND backend_xid::text::bigint <= (SELECT max(xact) FROM otpguard_event))"
)


def begin() -> None:
    """What `migrate` does, and a test takes away."""
    begin_sealing()


def write(
    tenant: UUID | None = ONE, number: int = 1, *, reason: str = "held", at: datetime | None = None
) -> list[UUID]:
    """Append events of a tenant, or of none, and return their ids."""
    where = Circumstances(
        now=at or timezone.now(), tenant=str(tenant or ""), actor="7", subject="8"
    )
    return record_all([(CheckpointDenied(reason=reason), where)] * number)


def seal(*, most: int = 5_000, at: datetime | None = None) -> SealRun:
    """One pass now, or at that time."""
    wait_for_others()
    return seal_events(now=at or timezone.now(), most=most)


def wait_for_others() -> None:
    """Return once the transactions of tests in other databases are over that would hold a pass up.

    The horizon of a server is that of all its databases.
    """
    deadline = time.monotonic() + 30
    while connection.vendor == "postgresql" and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(_OLDER_ELSEWHERE)
            if cursor.fetchone() == (False,):
                break
        time.sleep(0.01)


def seals_of(tenant: UUID | None = ONE) -> list[Seal]:
    """The seals of a log, the oldest first."""
    return list(Seal.objects.filter(log=log_of(tenant)).order_by("size"))


def leaves_of(seals: Sequence[Seal]) -> list[bytes]:
    """All leaf hashes of seals."""
    return [leaf for each in seals for leaf in split(bytes(each.leaves))]


def bodies(tenant: UUID | None = ONE) -> list[bytes]:
    """The leaf hashes of the events that a tenant has, in the order of sealing."""
    rows = Event.objects.filter(tenant_id=tenant).order_by("xact", "pk")
    return [leaf_hash(row.body.encode()) for row in rows]

"""Whether Redis may count the caps now, and the lock under which that changes.

A start shares the lock while it relies on Redis. A start that finds Redis wanting, and a worker
that has filled it again, hold it alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.models import LimiterState
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch, run_together

LOCK = 0x6F74706C696D6974
"""The key of the advisory lock."""
_STATE = Columns(LimiterState, "epoch", "replid", "is_warm")
_READ = f"SELECT {_STATE.names()} FROM {_STATE.table} WHERE id = 1"  # noqa: S608 (constant)
_SHARE = f"SELECT pg_advisory_xact_lock_shared({LOCK})"
_BEFORE = "otpguard_limiter"


@dataclass(frozen=True, slots=True)
class State:
    """The row, or what stands for none."""

    epoch: str = ""
    replid: str = ""
    is_warm: bool = False


def state_now() -> State:
    """What the row says. Raises DatabaseError."""
    rows = fetch(_READ, [])
    return State(*rows[0]) if rows else State()


def hold_alone() -> None:
    """Wait until no start relies on Redis, and keep others from it until the transaction ends."""
    if connection.vendor == "postgresql":
        fetch(f"SELECT pg_advisory_xact_lock({LOCK})", [])


def share() -> State:
    """Share the lock and read the row. The savepoint gives the lock back: see `stop_relying`."""
    if connection.vendor != "postgresql":
        return state_now()
    # The row in a statement of its own: its snapshot must be younger than the lock.
    rows = run_together([(f"SAVEPOINT {_BEFORE}", []), (_SHARE, []), (_READ, [])])[-1]
    return State(*rows[0]) if rows else State()


def stop_relying() -> None:
    """Send everybody to the database, from the end of this transaction on.

    Raises StoreUnavailable if that would wait for ever: this transaction has charged caps in Redis
    before, and others rely on it too. They come to an end, and the next start gets through.
    """
    if connection.vendor == "postgresql":
        fetch(f"ROLLBACK TO SAVEPOINT {_BEFORE}", [])
        if not fetch(f"SELECT pg_try_advisory_xact_lock({LOCK})", [])[0][0]:
            if _still_shares():
                raise StoreUnavailable("Redis lost its counts in the middle of a start")
            hold_alone()
    LimiterState.objects.filter(is_warm=True).update(is_warm=False)


def _still_shares() -> bool:
    """Whether an earlier charge of this transaction shares the lock."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND pid = pg_backend_pid() AND mode = 'ShareLock' AND granted"
        " AND classid = %s AND objid = %s)"
    )
    return bool(fetch(sql, [LOCK >> 32, LOCK & 0xFFFFFFFF])[0][0])

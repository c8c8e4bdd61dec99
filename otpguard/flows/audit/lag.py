"""How far sealing is behind, and what holds it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.core.advice import Findings, error, ok, warning
from otpguard.core.uuid7 import time_of
from otpguard.database import connection
from otpguard.models import Event, SealCursor
from otpguard.prepared_sql import Columns
from otpguard.statements import fetch

LATE = timedelta(seconds=60)
"""An event that is in no seal for longer than this is an alarm."""
TOPIC = "audit log"

_PLACE = Columns(Event, "xact", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How old the oldest event is that no seal covers, zero without one; and what writes, by its
    number or name, so that nothing behind it can be sealed."""

    behind: timedelta
    blockers: tuple[str, ...] = ()
    is_begun: bool = True


def sealing_lag(*, now: datetime) -> Lag:
    """Look. Reads only; raises DatabaseError."""
    cursor = SealCursor.objects.filter(pk=1).first()
    if cursor is None:
        return Lag(behind=timedelta(), is_begun=False)
    waiting = fetch(
        f"SELECT xact, id FROM {_PLACE.table} WHERE (xact, id) > (%s, %s)"  # noqa: S608 (constant)
        " ORDER BY xact, id LIMIT 1",
        _PLACE.bind(cursor.xact, cursor.event),
    )
    if not waiting:
        return Lag(behind=timedelta())
    xact, event = waiting[0]
    made = time_of(Event._meta.pk.to_python(event))  # noqa: SLF001 (Django's documented Meta API)
    return Lag(behind=max(now - made, timedelta()), blockers=_blockers(xact - cursor.xact_offset))


def on_sealing(lag: Lag) -> Findings:
    """What the doctor says of it."""
    if not lag.is_begun:
        return warning(TOPIC, "It is not sealed: run `manage.py migrate`.")
    if lag.behind <= LATE:
        return ok(TOPIC, "All events are in seals, or will be in seconds.")
    said = f"The oldest event that no seal covers is {int(lag.behind.total_seconds())} s old."
    if lag.blockers:
        held = f"{said} Transactions that write hold it up: {', '.join(lag.blockers)}. End them."
        return error(TOPIC, held)
    return warning(TOPIC, f"{said} Is a worker running? `manage.py otpguard_seal` seals at once.")


def _blockers(xact: int) -> tuple[str, ...]:
    """The transactions of the whole server that wrote before the transaction `xact` and still
    run, the oldest first, and those that are prepared. A younger one holds nothing up."""
    if connection.vendor != "postgresql" or xact <= 0:
        return ()  # a row from before a restore waits for no transaction of this server
    running = fetch(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND age(backend_xid) > age(%s::text::xid8::xid) ORDER BY age(backend_xid) DESC LIMIT 3",
        [xact],
    )
    prepared = fetch("SELECT gid FROM pg_prepared_xacts ORDER BY prepared LIMIT 3", [])
    return (*(f"pid {pid}" for (pid,) in running), *(f'prepared "{gid}"' for (gid,) in prepared))

"""What waits for an operator: the rows of each thing, and how many there are. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Model, QuerySet

from otpguard.conf import settings
from otpguard.core.challenge import DeliveryState
from otpguard.core.events.checkpoint import CheckpointDenied
from otpguard.core.todo import Todo
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import alias, transaction
from otpguard.flows.tenant.overdue import overdue_members
from otpguard.models import (
    Approval,
    Delivery,
    EmergencyAccess,
    Event,
    Hold,
    Membership,
    Notice,
    PolicyException,
    RouteHealth,
    Tenant,
)
from otpguard.statements import fetch
from otpguard.store_errors import STORE_ERRORS

MOST = 1_000
"""Nothing is counted further: a page must not wait for a large table."""

KEPT_SECONDS = 10
"""How long a process keeps what it has counted."""

LATELY = timedelta(hours=24)
PATIENCE = timedelta(minutes=2)
"""How long a message may wait to be sent before somebody should look."""

_QUEUED = (DeliveryState.QUEUED.value, DeliveryState.SENDING.value)

Counts = Mapping[Todo, int]
Rows = Callable[[datetime], QuerySet[Any]]


def rows_of(todo: Todo, now: datetime) -> QuerySet[Any]:
    """The rows that need a hand, of all tenants. Nothing is read before they are."""
    return _ROWS[todo][1](now)


def todos_of(model: type[Model]) -> tuple[Todo, ...]:
    """What can wait among the rows of a model."""
    return tuple(todo for todo, (whose, _rows) in _ROWS.items() if whose is model)


def count_todos(now: datetime) -> Counts | None:
    """How many there are of each, `MOST` + 1 at most; None while the store does not answer.

    One statement, and none within `KEPT_SECONDS` of the last in this process.
    """
    with _kept.lock:
        if _kept.until < monotonic():
            _kept.counts = _counted(now)
            _kept.until = monotonic() + KEPT_SECONDS
        return _kept.counts


def forget() -> None:
    """Forget what this process has counted."""
    _kept.until = 0.0


class _Kept:
    """The counts of this process, read by one thread at a time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.until = 0.0
        self.counts: Counts | None = None


_kept = _Kept()


def _counted(now: datetime) -> Counts | None:
    selected: list[str] = []
    values: list[Any] = []
    for at, todo in enumerate(Todo):
        sql, own = _select(rows_of(todo, now))
        selected.append(f"(SELECT count(*) FROM ({sql}) t{at})")  # noqa: S608 (the ORM's own text)
        values.extend(own)
    try:
        with transaction.atomic():  # a failure must not end a transaction of the request
            found = fetch(f"SELECT {', '.join(selected)}", values)[0]
    except STORE_ERRORS:
        return None
    return dict(zip(Todo, found, strict=True))


def _select(rows: QuerySet[Any]) -> tuple[str, tuple[Any, ...]]:
    """SQL of the keys of so many rows, and its values."""
    keys = rows.order_by().values("pk")[: MOST + 1]
    try:
        sql, values = keys.query.get_compiler(using=alias()).as_sql()
    except EmptyResultSet:  # a condition that no row can meet
        return "SELECT 1 WHERE 1 = 0", ()
    return sql, tuple(values)


def _emergencies(now: datetime) -> QuerySet[Any]:
    return EmergencyAccess.objects.filter(ended_at=None, until__gt=now)


def _failing_routes(_now: datetime) -> QuerySet[Any]:
    return RouteHealth.objects.exclude(state=RouteHealth.State.IN_USE)


def _waiting_messages(now: datetime) -> QuerySet[Any]:
    return Delivery.objects.filter(state__in=_QUEUED, created_at__lt=now - PATIENCE)


def _open_approvals(now: datetime) -> QuerySet[Any]:
    return Approval.objects.filter(state=Approval.State.OPEN, expires_at__gt=now)


def _running_holds(now: datetime) -> QuerySet[Any]:
    return Hold.objects.filter(lifted_at=None, until__gt=now)


def _closures(_now: datetime) -> QuerySet[Any]:
    return Tenant.objects.exclude(closes_at=None)


def _refusals(now: datetime) -> QuerySet[Any]:
    return Event.objects.filter(kind=CheckpointDenied.code, pk__gte=_first_key(now - LATELY))


def _failed_notices(now: datetime) -> QuerySet[Any]:
    return Notice.objects.filter(state=Notice.State.FAILED, pk__gte=_first_key(now - LATELY))


def _expiring_exceptions(now: datetime) -> QuerySet[Any]:
    soon = now + timedelta(days=settings().exception_reminder_days)
    return PolicyException.objects.running(now).filter(expires_at__lte=soon)


def _first_key(moment: datetime) -> Any:  # noqa: ANN401 (of a column of keys)
    """The lowest key of a moment, in tables whose keys carry the time."""
    return uuid7(moment, bytes(RANDOM_BYTES))


_ROWS: Mapping[Todo, tuple[type[Model], Rows]] = {
    Todo.EMERGENCY: (EmergencyAccess, _emergencies),
    Todo.ROUTES: (RouteHealth, _failing_routes),
    Todo.MESSAGES: (Delivery, _waiting_messages),
    Todo.APPROVALS: (Approval, _open_approvals),
    Todo.HOLDS: (Hold, _running_holds),
    Todo.CLOSURES: (Tenant, _closures),
    Todo.OVERDUE: (Membership, overdue_members),
    Todo.REFUSALS: (Event, _refusals),
    Todo.NOTICES: (Notice, _failed_notices),
    Todo.EXCEPTIONS: (PolicyException, _expiring_exceptions),
}

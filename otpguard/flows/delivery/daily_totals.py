"""Add deliveries up by day before they are deleted: costs and figures outlive the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F

from otpguard.database import transaction
from otpguard.flows.delivery.cost import LEFT
from otpguard.models import DailyTotal, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    day: date
    tenant_id: UUID | None
    channel: str
    provider: str
    country: str
    outcome: str

    @property
    def place(self) -> tuple[str, ...]:
        return tuple(map(str, astuple(self)))


@dataclass(slots=True, kw_only=True)
class _Sums:
    deliveries: int = 0
    messages: int = 0
    answered: int = 0
    cost_micros: int = 0


def add_up(deliveries: Iterable[Delivery]) -> None:
    """Add deliveries to the totals of their days. The caller deletes them in the same transaction.

    Each must come with its challenge. The rows of the totals are locked in one order, so two
    callers cannot deadlock.
    """
    found: dict[_Key, _Sums] = {}
    for row in deliveries:
        sums = found.setdefault(_key_of(row), _Sums())
        sums.deliveries += 1
        # As the report of costs counts the rows that are still there.
        sums.messages += row.sent_at is not None or row.state in LEFT or row.cost_micros > 0
        sums.answered += row.step == row.challenge.answered_step and row.state in LEFT
        sums.cost_micros += row.cost_micros
    for key in sorted(found, key=lambda each: each.place):
        _add(key, found[key])


def _key_of(row: Delivery) -> _Key:
    return _Key(
        day=row.created_at.astimezone(UTC).date(),
        tenant_id=row.tenant_id,
        channel=row.channel,
        provider=row.provider,
        country=row.country,
        outcome=row.failure or row.state,
    )


def _add(key: _Key, sums: _Sums) -> None:
    where = {name: getattr(key, name) for name in _Key.__slots__}
    more: dict[str, Any] = {name: F(name) + getattr(sums, name) for name in _Sums.__slots__}
    rows = DailyTotal.objects.filter(**where)
    if rows.update(**more):
        return
    try:
        with transaction.atomic():
            DailyTotal.objects.create(
                **where, **{name: getattr(sums, name) for name in _Sums.__slots__}
            )
    except IntegrityError:
        # Another caller has just created the row.
        rows.update(**more)

"""Failure counts of a factor, per lane (A4). Every write joins the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from otpguard.core.limits import Lane, after_success, decayed, is_closed, wait_after
from otpguard.models import FactorLane


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """What a lane allows now: answers, or a wait of so many seconds, or nothing any more."""

    failures: int = 0
    wait_seconds: int = 0
    closed: bool = False


def state_of(factor: UUID, lane: Lane, *, now: datetime) -> LaneState:
    """The lane as it stands; one read."""
    row = FactorLane.objects.filter(factor=factor, lane=lane.value).first()
    if row is None:
        return LaneState()
    failures = decayed(lane, row.failures, last_failure=row.last_failure_at, now=now)
    wait = 0
    if row.not_before is not None and row.not_before > now:
        wait = max(1, round((row.not_before - now).total_seconds()))
    return LaneState(failures=failures, wait_seconds=wait, closed=is_closed(lane, failures))


def fail(factor: UUID, lane: Lane, *, now: datetime) -> LaneState:
    """Count one failure and set the wait that follows. Locks the lane's row."""
    row, _ = FactorLane.objects.select_for_update().get_or_create(
        factor_id=factor, lane=lane.value, defaults={"last_failure_at": now}
    )
    failures = decayed(lane, row.failures, last_failure=row.last_failure_at, now=now) + 1
    wait = wait_after(failures)
    row.failures, row.last_failure_at = failures, now
    row.not_before = now + wait if wait else None
    row.save(update_fields=["failures", "last_failure_at", "not_before"])
    return LaneState(
        failures=failures,
        wait_seconds=round(wait.total_seconds()),
        closed=is_closed(lane, failures),
    )


def succeed(factor: UUID, lane: Lane) -> None:
    """A right answer: the known lane starts anew, the open lane keeps its count."""
    for row in FactorLane.objects.select_for_update().filter(factor=factor, lane=lane.value):
        row.failures = after_success(lane, row.failures)
        row.not_before = None
        row.save(update_fields=["failures", "not_before"])


def forget(factor: UUID) -> None:
    """Count anew in every lane: what could be guessed at has been made anew."""
    FactorLane.objects.filter(factor=factor).delete()

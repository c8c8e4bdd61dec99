"""Failure counts of a factor, per lane (A4). Every write joins the caller's transaction.

A failure is reserved before an answer is compared and given back when the answer was right, or no
guess: of any number of answers at once, no more are compared than the lane has left (A28).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from otpguard.core.clock import is_running
from otpguard.core.limits import LONGEST_WAIT, Lane, after_success, decayed, is_closed, wait_after
from otpguard.models import FactorLane


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneState:
    """What a lane allows now: answers, or a wait of so many seconds, or nothing any more."""

    failures: int = 0
    wait_seconds: int = 0
    closed: bool = False

    @property
    def refuses(self) -> bool:
        """True while no answer is compared."""
        return self.closed or self.wait_seconds > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A failure that is counted before it has happened.

    `state` is that of the lane if it does happen, `not_before` the end of its wait; `at` is when it
    was reserved, and `before` the count, the time of the last failure and the end of the wait as
    they were.
    """

    factor: UUID
    lane: Lane
    state: LaneState
    at: datetime
    not_before: datetime | None
    before: tuple[int, datetime, datetime | None]


def state_of(factor: UUID, lane: Lane, *, now: datetime) -> LaneState:
    """The lane as it stands; one read."""
    row = FactorLane.objects.filter(factor=factor, lane=lane.value).first()
    return LaneState() if row is None else state_in(row, lane, now)


def is_idle(factor: UUID, lane: Lane, *, since: datetime) -> bool:
    """True when no failure was counted or reserved in the lane since then; one read."""
    rows = FactorLane.objects.filter(factor=factor, lane=lane.value)
    return not rows.filter(last_failure_at__gt=since).exists()


def reserve(factor: UUID, lane: Lane, *, now: datetime) -> Reservation | LaneState:
    """Count one failure and set the wait that follows, before an answer is compared.

    Returns the lane's state, with nothing changed, when it takes no answer now. Locks the lane's
    row.
    """
    row, _ = FactorLane.objects.select_for_update().get_or_create(
        factor_id=factor, lane=lane.value, defaults={"last_failure_at": now}
    )
    reserved = next_failure(row, now=now)
    if isinstance(reserved, Reservation):
        row.failures, row.last_failure_at = reserved.state.failures, now
        row.not_before = reserved.not_before
        row.save(update_fields=["failures", "last_failure_at", "not_before"])
    return reserved


def next_failure(row: FactorLane, *, now: datetime) -> Reservation | LaneState:
    """What a failure now would make of a lane's row, which stays as it is; or the lane's state, if
    it takes no answer now."""
    lane = Lane(row.lane)
    found = state_in(row, lane, now)
    if found.refuses:
        return found
    failures = found.failures + 1
    wait = wait_after(failures)
    state = LaneState(
        failures=failures,
        wait_seconds=round(wait.total_seconds()),
        closed=is_closed(lane, failures),
    )
    return Reservation(
        factor=row.factor_id,
        lane=lane,
        state=state,
        at=now,
        not_before=now + wait if wait else None,
        before=(row.failures, row.last_failure_at, row.not_before),
    )


def give_back(reserved: Reservation) -> None:
    """What was reserved was no failure: the lane is as it was before. Locks the lane's row.

    If others have failed in the meantime, their count and their wait stay.
    """
    for row in _locked(reserved):
        _undo(row, reserved)
        row.save(update_fields=["failures", "last_failure_at", "not_before"])


def succeed(reserved: Reservation) -> None:
    """The answer was right: the known lane starts again at zero, the open lane keeps what it had.
    Locks the lane's row."""
    for row in _locked(reserved):
        _undo(row, reserved)
        row.failures = after_success(reserved.lane, row.failures)
        row.not_before = None
        row.save(update_fields=["failures", "last_failure_at", "not_before"])


def forget(factor: UUID) -> None:
    """Count from zero in every lane: what could be guessed at is another one now."""
    FactorLane.objects.filter(factor=factor).delete()


def state_in(row: FactorLane, lane: Lane, now: datetime) -> LaneState:
    """What a row of that lane allows now."""
    failures = decayed(lane, row.failures, last_failure=row.last_failure_at, now=now)
    wait = 0
    if row.not_before is not None and is_running(row.not_before, now, LONGEST_WAIT):
        wait = max(1, round((row.not_before - now).total_seconds()))
    return LaneState(failures=failures, wait_seconds=wait, closed=is_closed(lane, failures))


def _locked(reserved: Reservation) -> list[FactorLane]:
    rows = FactorLane.objects.filter(factor=reserved.factor, lane=reserved.lane.value)
    return list(rows.select_for_update())


def _undo(row: FactorLane, reserved: Reservation) -> None:
    if (row.failures, row.last_failure_at) == (reserved.state.failures, reserved.at):
        row.failures, row.last_failure_at, row.not_before = reserved.before
    else:
        row.failures = max(0, row.failures - 1)

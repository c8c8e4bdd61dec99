"""Count a try and reserve the failure that it may be, before anything is compared (A28).

One transaction of its own, so no crash and no race gives a free guess. Its commit need not reach
the disk before the answer is compared, only before anybody is told how that went (decision 334).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import F

from otpguard.core.challenge import ChallengeState
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.facts import RequestFacts
from otpguard.database import connection, transaction
from otpguard.factors import lanes
from otpguard.factors.lanes import LaneState, Reservation
from otpguard.flows.challenge.answer_reading import AnswerReading
from otpguard.models import Challenge, FactorLane
from otpguard.prepared_sql import Columns
from otpguard.statements import committed_soon, fetch

_KEY = Columns(Challenge, "id")
_TIMES = Columns(Challenge, "expires_at", "created_at")
_LANE = Columns(FactorLane, "factor", "lane", "failures", "last_failure_at", "not_before")
_PLACE = Columns(FactorLane, "factor", "lane")
_STATE = Columns(FactorLane, "failures", "last_failure_at", "not_before")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTry:
    """`attempt` is the number of the try; 0 if the challenge takes none any more. `reserved` is the
    failure that it may be, if there is something to guess; or what the lane says that takes no
    answer now, which costs no try."""

    attempt: int = 0
    reserved: Reservation | LaneState | None = None


def count_try(
    facts: RequestFacts, read: AnswerReading, *, guessable: bool, what: str
) -> CountedTry:
    """Count one try of the challenge that was read. Locks it, then the lane, and commits.

    Raises InsideTransaction, which names `what`, inside another transaction.
    """
    if connection.vendor == "postgresql":
        return _at_once(facts, read, guessable=guessable, what=what)
    return _plainly(facts, read, guessable=guessable, what=what)


def _at_once(facts: RequestFacts, read: AnswerReading, *, guessable: bool, what: str) -> CountedTry:
    """The same in one statement, if the lane is still as it was read."""
    reserved = _next_failure(facts, read) if guessable else None
    if isinstance(reserved, LaneState):
        return CountedTry(reserved=reserved)
    params = [
        *_KEY.bind(read.challenge.pk),
        *_TIMES.bind(facts.now, facts.now + CLOCK_SKEW),
    ]
    if reserved is not None:
        params += _lane_params(read, reserved)
    transaction.refuse_inside(what)
    # Nothing is said of the comparison before the next commit, which waits for the disk and keeps
    # this one as well; but a vendor that compares says it to itself.
    waits = any(sent.remote for sent in read.sent)
    sql = _sql(
        guessable=guessable,
        is_first=read.row is None,
        committed="NULL" if waits else committed_soon(),
    )
    attempt, noted, _ = fetch(sql, params)[0]
    if attempt is None:
        return CountedTry()
    if guessable and not noted:
        return _reserve_late(facts, read, attempt, what=what)
    return CountedTry(attempt=attempt, reserved=reserved)


def _reserve_late(
    facts: RequestFacts, read: AnswerReading, attempt: int, *, what: str
) -> CountedTry:
    """The try is counted, but somebody failed in the lane at the same moment. Reserve the failure
    in the lane as it is now, or give the try back."""
    counted = Challenge.objects.filter(pk=read.challenge.pk)
    with transaction.durable(what):
        list(counted.select_for_update().values_list("pk"))
        reserved = lanes.reserve(read.factor.pk, read.lane, now=facts.now)
        if isinstance(reserved, LaneState):
            counted.filter(attempts__gt=0).update(attempts=F("attempts") - 1)
            return CountedTry(reserved=reserved)
    return CountedTry(attempt=attempt, reserved=reserved)


def _next_failure(facts: RequestFacts, read: AnswerReading) -> Reservation | LaneState:
    fresh = FactorLane(factor=read.factor, lane=read.lane.value, last_failure_at=facts.now)
    return lanes.next_failure(read.row or fresh, now=facts.now)


def _lane_params(read: AnswerReading, reserved: Reservation) -> list[Any]:
    new = (reserved.state.failures, reserved.at, reserved.not_before)
    if read.row is None:
        return _LANE.bind(read.factor.pk, read.lane.value, *new)
    known = _PLACE.bind(read.factor.pk, read.lane.value)
    return [*_STATE.bind(*new), *known, *_STATE.bind(*reserved.before)]


@lru_cache(maxsize=8)
def _sql(*, guessable: bool, is_first: bool, committed: str) -> str:
    """Its parameters: the challenge, now twice; the lane as it will be and, unless this is its
    first failure, where it is and what it was."""
    table = _KEY.table
    counted = (
        f"WITH counted AS (UPDATE {table} SET attempts = attempts + 1 WHERE id = %s"  # noqa: S608 (constant text)
        f" AND state = '{ChallengeState.OPEN.value}' AND expires_at > %s AND created_at <= %s"
        " AND attempts < max_attempts RETURNING attempts)"
    )
    if not guessable:
        return f"{counted} SELECT (SELECT attempts FROM counted), 0, {committed}"  # noqa: S608 (the same)
    # Should the row have appeared, changed or gone since, nothing is noted.
    first = (
        f"INSERT INTO {_LANE.table} ({_LANE.names()}) SELECT {_LANE.places()} FROM counted"  # noqa: S608 (the same)
        " ON CONFLICT (factor_id, lane) DO NOTHING RETURNING 1"
    )
    next_one = (
        f"UPDATE {_LANE.table} SET {_STATE.set()} WHERE factor_id = %s AND lane = %s"  # noqa: S608 (the same)
        " AND failures = %s AND last_failure_at = %s AND not_before IS NOT DISTINCT FROM %s"
        " AND EXISTS (SELECT 1 FROM counted) RETURNING 1"
    )
    return (
        f"{counted}, lane AS ({first if is_first else next_one})"  # noqa: S608 (the same)
        f" SELECT (SELECT attempts FROM counted), (SELECT count(*) FROM lane), {committed}"
    )


def _plainly(facts: RequestFacts, read: AnswerReading, *, guessable: bool, what: str) -> CountedTry:
    open_ones = Challenge.objects.open_at(facts.now).filter(pk=read.challenge.pk)
    free = open_ones.filter(attempts__lt=F("max_attempts"))
    reserved: Reservation | LaneState | None = None
    attempt = 0
    with transaction.durable(what):
        if free.update(attempts=F("attempts") + 1):
            known = Challenge.objects.filter(pk=read.challenge.pk)
            attempt = known.values_list("attempts", flat=True).get()
            if guessable:
                reserved = lanes.reserve(read.factor.pk, read.lane, now=facts.now)
            if isinstance(reserved, LaneState):
                transaction.set_rollback(True)
                attempt = 0
    return CountedTry(attempt=attempt, reserved=reserved)

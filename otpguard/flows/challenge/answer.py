"""Take an answer: count the try first, then compare, and accept one right answer only.

A conditional update counts the try, and the failure it may be is reserved in the factor's lane,
before the answer is compared, so no crash and no race gives a free guess (A28). A right answer
gives the failure back and closes the challenge by a second conditional update; of several right
answers at once, exactly one wins, and none wins against a revocation (A25).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance_challenge
from otpguard.core.events.challenge import ChallengeExhausted, ChallengeRejected
from otpguard.core.events.factor import FactorCeremonyFailed
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import AnswerReason, WhyRejected
from otpguard.database import transaction
from otpguard.factors import lanes
from otpguard.factors.base import FactorDriver, Missed, Shown, kept_of
from otpguard.factors.catalog import driver_of
from otpguard.factors.lanes import LaneState, Reservation
from otpguard.flows.challenge.answer_reading import AnswerReading, read_for_answer
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.challenge.closed import (
    exhaust_challenge,
    record_rejected,
    reload_state,
    why_closed,
)
from otpguard.flows.challenge.count_try import count_try
from otpguard.flows.challenge.lock_out import lock_out
from otpguard.flows.challenge.prove import method_shown, prove_factor, signal_after_commit
from otpguard.flows.challenge.prove_at_once import can_prove_at_once, prove_at_once
from otpguard.flows.challenge.revoked import lock_factor, nothing_revoked
from otpguard.flows.challenge.verify import verify_answer
from otpguard.flows.checkpoint import refusals
from otpguard.flows.delivery.cost import add_success_cost
from otpguard.flows.delivery.vendor_closing import schedule_closing
from otpguard.flows.lock_order import lock_person, share_person_and_tenant
from otpguard.flows.pumping.money.charge_money import prove_money
from otpguard.flows.pumping.number_use import is_overused
from otpguard.models import Challenge, Grant

_WHAT = "answer_challenge"
_GUESSES = frozenset({AnswerReason.WRONG, AnswerReason.TRIES_USED})
"""Wrong guesses. A code that was right before, or that was not compared, is not a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The answer was right and in time, and no other right answer came before it.

    `grant` is None for a new factor that has to wait before it proves anything.
    """

    grant: Grant | None
    challenge: Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The answer does not count, and why."""

    reason: WhyRejected
    attempts_left: int = 0
    retry_after: int = 0


Answer: TypeAlias = Verified | Rejected


def answer_challenge(
    *, facts: RequestFacts, challenge_id: UUID, given: str, read: AnswerReading | None = None
) -> Answer:
    """Verify one answer. Runs two transactions of its own; raises InsideTransaction inside another,
    whose rollback would give the guess back.

    `given` is what the page of the factor's kind sent; `read` is what `read_for_answer` said of the
    challenge a moment ago, for a caller that had to ask. The challenge must belong to this login
    session, user and tenant (A23). Between the two it may ask a vendor, with no row locked; a try
    that the vendor could not verify stays counted (C14). Locks the challenge, then the lane; at the
    end the person and the tenant, the challenge, the factor, the lane and grants.
    """
    read = read or read_for_answer(facts, challenge_id)
    if read is None:
        return _rejected(facts, None, challenge_id, AnswerReason.UNKNOWN)
    challenge, factor = read.challenge, read.factor
    driver = driver_of(factor)
    if driver is None or factor.disabled_at is not None:
        return _rejected(facts, challenge, challenge_id, AnswerReason.LOCKED)
    state = LaneState() if read.row is None else lanes.state_in(read.row, read.lane, facts.now)
    if state.refuses:
        return _refused_by_lane(facts, challenge, state)
    guessable = driver.kind.is_guessable or bool(challenge.plan)
    counted = count_try(facts, read, guessable=guessable, what=_WHAT)
    if isinstance(counted.reserved, LaneState):
        return _refused_by_lane(facts, challenge, counted.reserved)
    if not counted.attempt:
        reload_state(challenge)
        return _rejected(facts, challenge, challenge_id, why_closed(challenge, facts.now))
    challenge.attempts = counted.attempt
    attempt = _Attempt(facts=facts, driver=driver, read=read, reserved=counted.reserved)
    shown = verify_answer(driver, challenge, factor, given, sent=read.sent, now=facts.now)
    return _fail(attempt, shown) if isinstance(shown, Missed) else _verify(attempt, shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One counted try; `reserved` is None where there is nothing to guess."""

    facts: RequestFacts
    driver: FactorDriver
    read: AnswerReading
    reserved: Reservation | None

    @property
    def challenge(self) -> Challenge:
        return self.read.challenge


def _verify(attempt: _Attempt, shown: Shown) -> Answer:
    facts, challenge = attempt.facts, attempt.challenge
    with transaction.durable(_WHAT):
        at_once = can_prove_at_once(attempt.read, shown)
        proven = _prove_at_once(attempt, shown) if at_once else _prove_plainly(attempt, shown)
        if proven.won and proven.spent:
            schedule_closing([challenge.pk], now=facts.now)
        else:
            transaction.set_rollback(True)
    if not proven.won:
        return _come_late(attempt)
    if not proven.spent:
        return _fail(attempt, Missed(reason=proven.lost or shown.lost))
    refusals.forget_refusals(challenge)
    return Verified(grant=proven.grant, challenge=challenge)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proven:
    """Whether this answer closed the challenge with a factor that still stands, whether what serves
    once was still unused, and the grant. `lost` is why it counts for nothing, if not for that."""

    won: bool
    spent: bool = False
    grant: Grant | None = None
    lost: AnswerReason | None = None


def _prove_at_once(attempt: _Attempt, shown: Shown) -> _Proven:
    facts, challenge = attempt.facts, attempt.challenge
    method = method_shown(challenge, shown)
    done = prove_at_once(facts, attempt.read, method, attempt.reserved, step=shown.step)
    if not (done.won and done.used):
        return _Proven(won=False)
    # After the challenge is locked, as everywhere.
    if not shown.spend():
        return _Proven(won=True)
    challenge.answered_step = shown.step
    add_success_cost(challenge=challenge, now=facts.now, sent=attempt.read.sent)
    if attempt.reserved is not None and not done.cleared:
        lanes.succeed(attempt.reserved)
    signal_after_commit(challenge, method)
    return _Proven(won=True, spent=True, grant=done.grant)


def _prove_plainly(attempt: _Attempt, shown: Shown) -> _Proven:
    facts, challenge = attempt.facts, attempt.challenge
    if challenge.enrolls:
        # Of two new factors at once, the first one lets the other's challenge go.
        lock_person(facts.user)
    share_person_and_tenant(user=facts.user, tenant=facts.tenant)
    mine = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value)
    won = mine.filter(nothing_revoked(facts)).update(
        state=advance_challenge(ChallengeState.OPEN, ChallengeMove.VERIFY).value,
        closed_at=facts.now,
        due_at=None,
        ceremony="",
        answered_step=shown.step,
    )
    kind = attempt.driver.kind.slug
    named = shown.factor or challenge.factor_id
    factor = lock_factor(facts, named, kind=kind) if won else None
    if factor is None:
        return _Proven(won=False)
    if not factor.confirmed and is_overused(facts, factor):
        return _Proven(won=True, lost=AnswerReason.NUMBER_OVERUSED)
    if not shown.spend():
        return _Proven(won=True)
    challenge.answered_step = shown.step
    grant = prove_factor(facts, challenge, factor, shown, attempt.reserved)
    prove_money(challenge, now=facts.now)
    return _Proven(won=True, spent=True, grant=grant)


def _come_late(attempt: _Attempt) -> Rejected:
    """The answer was right, but another one, or a revocation, was first."""
    facts, challenge = attempt.facts, attempt.challenge
    with transaction.durable(_WHAT):
        reload_state(challenge)
        if challenge.state == ChallengeState.OPEN:
            mine = Challenge.objects.filter(pk=challenge.pk)
            cancel_open(facts, mine, "revoked meanwhile")
            challenge.state = ChallengeState.CANCELED.value
        if attempt.reserved is not None:
            lanes.give_back(attempt.reserved)
    return _rejected(facts, challenge, challenge.pk, why_closed(challenge, facts.now))


def _fail(attempt: _Attempt, missed: Missed) -> Rejected:
    facts, challenge, reserved = attempt.facts, attempt.challenge, attempt.reserved
    left = challenge.max_attempts - challenge.attempts
    where = Circumstances.of_challenge(facts, challenge)
    state = LaneState()
    with transaction.durable(_WHAT):
        exhausted = left <= 0 and exhaust_challenge(challenge, facts.now)
        _begin_again(facts, attempt.driver, challenge)
        if reserved is None:
            # It cannot be guessed, so a failed ceremony counts for its challenge only.
            fault = str(missed.reason)
            record(FactorCeremonyFailed(fault=fault, enrolls=challenge.enrolls), where)
        elif missed.guessed or missed.reason in _GUESSES:
            state = reserved.state
        else:
            lanes.give_back(reserved)
        reason, lane = str(missed.reason), attempt.read.lane
        record(ChallengeRejected(reason=reason, attempt=challenge.attempts, lane=lane.value), where)
        if exhausted:
            record(ChallengeExhausted(attempts=challenge.attempts), where)
        if state.closed:
            lock_out(facts, attempt.read.factor, lane, where)
    return Rejected(
        reason=missed.reason if left > 0 else AnswerReason.EXHAUSTED,
        attempts_left=max(0, left),
        retry_after=state.wait_seconds,
    )


def _begin_again(facts: RequestFacts, driver: FactorDriver, challenge: Challenge) -> None:
    """Store what the next try needs, for kinds where each try uses it up."""
    renewed = driver.begin_again(facts, challenge)
    if renewed != kept_of(challenge):
        # Not `save`, which raises for a challenge that was deleted with its factor.
        Challenge.objects.filter(pk=challenge.pk).update(ceremony=renewed)


def _refused_by_lane(facts: RequestFacts, challenge: Challenge, state: LaneState) -> Rejected:
    if state.closed:
        return _rejected(facts, challenge, challenge.pk, AnswerReason.LOCKED)
    wait = state.wait_seconds
    return _rejected(facts, challenge, challenge.pk, AnswerReason.WAIT, retry_after=wait)


def _rejected(
    facts: RequestFacts,
    challenge: Challenge | None,
    challenge_id: UUID,
    reason: AnswerReason,
    *,
    retry_after: int = 0,
) -> Rejected:
    record_rejected(facts, challenge, challenge_id, reason)
    return Rejected(reason=reason, retry_after=retry_after)

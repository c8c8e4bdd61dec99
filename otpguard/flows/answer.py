"""Take an answer: count first, compare then, spend once.

The try is counted by a conditional update and committed before the answer is even looked at, so no
crash and no race gives a guess for free. A right answer closes the challenge by a second
conditional update; of any number of answers at once exactly one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import F

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.assurance import FactorKind
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance
from otpguard.core.events import (
    ChallengeExhausted,
    ChallengeRejected,
    FactorCeremonyFailed,
    FactorDisabled,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.factors import lanes
from otpguard.factors.base import Missed, Shown
from otpguard.factors.devices import lane_of
from otpguard.flows import refuse
from otpguard.flows.ceremony import renew
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.judge import judge
from otpguard.flows.leave import leave
from otpguard.flows.notify import notify
from otpguard.flows.prove import circumstances, prove
from otpguard.models import Challenge, Factor, Grant
from otpguard.notices.kinds import NoticeKind

lately = Coalescer()

_GUESSES = frozenset({"wrong", "tries_used"})
"""What counts against the factor: a code that was right once, or was not compared, is no guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The answer was right, in time and first.

    `grant` is None for a new factor that has to wait before it proves anything.
    """

    grant: Grant | None
    challenge: Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The answer does not count. `reason` is wrong, clock, expired, used, canceled, locked, wait,
    unknown or a ceremony's fault; unknown also for somebody else's challenge, so that nothing is
    learned from it. Of a vendor that checks: tries_used, gone or unavailable."""

    reason: str
    attempts_left: int = 0
    retry_after: int = 0


Answer: TypeAlias = Verified | Rejected


def answer(*, facts: RequestFacts, challenge_id: UUID, given: str) -> Answer:
    """Judge one answer. Two short transactions of its own; must not be called inside another.

    `given` is what was typed, or the JSON of a passkey ceremony. The challenge must belong to
    this login session, user and tenant (A23). Between the two a vendor may be asked, with no row
    locked; the try that it could not judge stays counted (C14).
    """
    own = Challenge.objects.of(sid=facts.sid, user=facts.user, tenant=facts.tenant)
    challenge = own.select_related("factor", "user").filter(pk=challenge_id).first()
    if challenge is None or challenge.factor is None:
        return _rejected(facts, None, challenge_id, "unknown")
    lane = lane_of(facts)
    state = lanes.state_of(challenge.factor.pk, lane, now=facts.now)
    if state.closed or challenge.factor.disabled_at is not None:
        return _rejected(facts, challenge, challenge_id, "locked")
    if state.wait_seconds:
        return _rejected(facts, challenge, challenge_id, "wait", retry_after=state.wait_seconds)
    with transaction.atomic(durable=True):
        counted = (
            own.open_at(facts.now)
            .filter(pk=challenge_id, attempts__lt=F("max_attempts"))
            .update(attempts=F("attempts") + 1)
        )
    challenge.refresh_from_db(fields=["state", "attempts"])
    if not counted:
        return _rejected(facts, challenge, challenge_id, _why_closed(challenge, facts.now))
    shown = judge(challenge, challenge.factor, given, now=facts.now)
    if isinstance(shown, Missed):
        return _fail(facts, challenge, challenge.factor, lane, shown)
    return _verify(facts, challenge, shown, lane)


def _why_closed(challenge: Challenge, now: datetime) -> str:
    if challenge.state == ChallengeState.VERIFIED:
        return "used"
    if challenge.state in {ChallengeState.CANCELED, ChallengeState.REPORTED}:
        return "canceled"
    if challenge.state == ChallengeState.EXHAUSTED:
        return "exhausted"
    return "expired" if challenge.expires_at <= now else "exhausted"


def _verify(facts: RequestFacts, challenge: Challenge, shown: Shown, lane: Lane) -> Answer:
    grant = None
    with transaction.atomic(durable=True):
        won = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value).update(
            state=advance(ChallengeState.OPEN, ChallengeMove.VERIFY).value,
            closed_at=facts.now,
            due_at=None,
            ceremony="",
        )
        spent = bool(won) and shown.spend()
        if spent:
            grant = prove(facts, challenge, shown, lane)
            leave([challenge.pk], now=facts.now)
        else:
            transaction.set_rollback(True)
    if not won:
        challenge.refresh_from_db(fields=["state"])
        return _rejected(facts, challenge, challenge.pk, _why_closed(challenge, facts.now))
    if not spent:
        assert challenge.factor is not None  # noqa: S101 (answer() has looked)
        return _fail(facts, challenge, challenge.factor, lane, Missed(reason=shown.lost))
    refuse.settle(challenge)
    return Verified(grant=grant, challenge=challenge)


def _fail(
    facts: RequestFacts, challenge: Challenge, factor: Factor, lane: Lane, missed: Missed
) -> Rejected:
    left = challenge.max_attempts - challenge.attempts
    where = circumstances(facts, challenge)
    state = lanes.LaneState()
    with transaction.atomic(durable=True):
        if factor.kind == FactorKind.PASSKEY:
            # Nothing to guess: a broken ceremony counts for its challenge, not against the key.
            fault = missed.reason.removeprefix("ceremony_")
            record(FactorCeremonyFailed(fault=fault, enrolls=challenge.enrolls), where)
            renew(facts, challenge)
        elif missed.reason in _GUESSES:
            state = lanes.fail(factor.pk, lane, now=facts.now)
        record(
            ChallengeRejected(reason=missed.reason, attempt=challenge.attempts, lane=lane.value),
            where,
        )
        if left <= 0:
            _exhaust(challenge, facts.now, where)
        if state.closed:
            _disable(facts, factor, lane, where)
    return Rejected(
        reason=missed.reason if left > 0 else "exhausted",
        attempts_left=max(0, left),
        retry_after=state.wait_seconds,
    )


def _exhaust(challenge: Challenge, now: datetime, where: Circumstances) -> None:
    closed = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value).update(
        state=advance(ChallengeState.OPEN, ChallengeMove.EXHAUST).value,
        closed_at=now,
        due_at=None,
    )
    if closed:
        record(ChallengeExhausted(attempts=challenge.attempts), where)
        leave([challenge.pk], now=now)


def _disable(facts: RequestFacts, factor: Factor, lane: Lane, where: Circumstances) -> None:
    """A lane reached its ceiling. The open lane only closes; a factor whose own known devices
    failed as well is disabled until it is bound anew (NIST SP 800-63B-4, 3.2.2)."""
    if lane is Lane.KNOWN:
        Factor.objects.filter(pk=factor.pk, disabled_at=None).update(disabled_at=facts.now)
        named = {"factor": factor.kind}
        kind = NoticeKind.FACTOR_DISABLED
        notify(facts=facts, kind=kind, user_id=str(factor.user_id), context=named)
    record(
        FactorDisabled(factor=str(factor.pk), reason="too many failures", lane=lane.value),
        where,
    )


def _rejected(
    facts: RequestFacts,
    challenge: Challenge | None,
    challenge_id: UUID,
    reason: str,
    *,
    retry_after: int = 0,
) -> Rejected:
    """Write down an answer that did not count, repeats coalesced."""
    # Ids that name nothing can be made up without end: they are one kind.
    about = challenge_id if challenge else None
    _, count = lately.note((facts.user, facts.sid, about, reason), story="", now=facts.now)
    if count:
        where = circumstances(facts, challenge) if challenge else Circumstances.of(facts)
        with transaction.atomic():
            record(ChallengeRejected(reason=reason), where)
    return Rejected(reason=reason, retry_after=retry_after)

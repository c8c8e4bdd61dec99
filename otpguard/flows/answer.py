"""Take an answer: count first, compare then, spend once.

The try is counted by a conditional update and committed before the code is even derived, so no
crash and no race gives a guess for free. A right answer closes the challenge by a second
conditional update; of any number of answers at once exactly one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

from django.db import transaction
from django.db.models import F

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import settings
from otpguard.core.assurance import Channel, Method, MethodFacts, Primary
from otpguard.core.challenge import ChallengeMove, ChallengeState, DeliveryState, advance
from otpguard.core.codes import matches
from otpguard.core.events import (
    ChallengeExhausted,
    ChallengeRejected,
    ChallengeVerified,
    FactorDisabled,
    FactorEnrolled,
    GrantIssued,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.core.routing import weakest
from otpguard.factors import lanes
from otpguard.factors.devices import lane_of
from otpguard.flows import refuse
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.deliver import code_of
from otpguard.grants import store
from otpguard.limits import sql as limits
from otpguard.models import Challenge, Delivery, Factor, Grant
from otpguard.signals import challenge_verified

lately = Coalescer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The answer was right, in time and first."""

    grant: Grant
    challenge: Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The answer does not count. `reason` is wrong, expired, used, canceled, locked, wait or
    unknown; the last also for somebody else's challenge, so that nothing is learned from it."""

    reason: str
    attempts_left: int = 0
    retry_after: int = 0


Answer: TypeAlias = Verified | Rejected


def answer(*, facts: RequestFacts, challenge_id: UUID, given: str) -> Answer:
    """Judge one answer. Two short transactions of its own; must not be called inside another.

    The challenge must belong to this login session, user and tenant (A23).
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
    if matches(given, code_of(challenge)):
        return _verify(facts, challenge, lane)
    return _fail(facts, challenge, lane)


def _why_closed(challenge: Challenge, now: datetime) -> str:
    if challenge.state == ChallengeState.VERIFIED:
        return "used"
    if challenge.state in {ChallengeState.CANCELED, ChallengeState.REPORTED}:
        return "canceled"
    if challenge.state == ChallengeState.EXHAUSTED:
        return "exhausted"
    return "expired" if challenge.expires_at <= now else "exhausted"


def _verify(facts: RequestFacts, challenge: Challenge, lane: Lane) -> Answer:
    with transaction.atomic(durable=True):
        won = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value).update(
            state=advance(ChallengeState.OPEN, ChallengeMove.VERIFY).value,
            closed_at=facts.now,
            due_at=None,
        )
        if not won:
            challenge.refresh_from_db(fields=["state"])
        else:
            grant = _issue(facts, challenge, lane)
    if not won:
        return _rejected(facts, challenge, challenge.pk, _why_closed(challenge, facts.now))
    refuse.settle(challenge)
    return Verified(grant=grant, challenge=challenge)


def _issue(facts: RequestFacts, challenge: Challenge, lane: Lane) -> Grant:
    """Everything that a right answer brings, in the transaction that closed the challenge."""
    factor = challenge.factor
    assert factor is not None  # noqa: S101 (answer() has looked)
    method = MethodFacts(method=_method(challenge), primary=Primary(challenge.primary))
    where = _circumstances(facts, challenge)
    record(ChallengeVerified(method=method.method.value, attempt=challenge.attempts), where)
    if not factor.confirmed:
        record(FactorEnrolled(factor=str(factor.pk), kind=factor.kind), where)
    Factor.objects.filter(pk=factor.pk).update(confirmed=True, last_used_at=facts.now)
    grant = store.issue(challenge, method, now=facts.now)
    record(
        GrantIssued(grant=str(grant.pk), method=method.method.value, bound=challenge.binds),
        where,
    )
    limits.refund(challenge.pk)
    lanes.succeed(factor.pk, lane)
    transaction.on_commit(
        partial(
            challenge_verified.send_robust,
            sender=Challenge,
            user_id=challenge.user_id,
            tenant_id=challenge.tenant_id,
            checkpoint=challenge.checkpoint,
            method=method.method.value,
        )
    )
    return grant


def _method(challenge: Challenge) -> Method:
    """The weakest channel that this code may have travelled over (C8).

    A queued row that carries a lease is of a worker that died, perhaps after sending.
    """
    sent = Delivery.objects.filter(challenge=challenge, generation=challenge.generation).exclude(
        state=DeliveryState.QUEUED.value, lease_until=None
    )
    channels = [Channel(channel) for channel in sent.values_list("channel", flat=True)]
    channel = weakest(
        channels or [Channel(route["channel"]) for route in challenge.plan],
        profile=settings().assurance_profile,
        primary=Primary(challenge.primary),
    )
    return Method(channel.value)


def _fail(facts: RequestFacts, challenge: Challenge, lane: Lane) -> Rejected:
    assert challenge.factor is not None  # noqa: S101 (answer() has looked)
    left = challenge.max_attempts - challenge.attempts
    where = _circumstances(facts, challenge)
    with transaction.atomic(durable=True):
        state = lanes.fail(challenge.factor.pk, lane, now=facts.now)
        record(
            ChallengeRejected(reason="wrong", attempt=challenge.attempts, lane=lane.value),
            where,
        )
        if left <= 0:
            _exhaust(challenge, facts.now, where)
        if state.closed:
            _disable(challenge.factor, lane, facts.now, where)
    if left <= 0:
        return Rejected(reason="exhausted", retry_after=state.wait_seconds)
    return Rejected(reason="wrong", attempts_left=left, retry_after=state.wait_seconds)


def _exhaust(challenge: Challenge, now: datetime, where: Circumstances) -> None:
    closed = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value).update(
        state=ChallengeState.EXHAUSTED.value, closed_at=now, due_at=None
    )
    if closed:
        record(ChallengeExhausted(attempts=challenge.attempts), where)


def _disable(factor: Factor, lane: Lane, now: datetime, where: Circumstances) -> None:
    """A lane reached its ceiling. The open lane only closes; a factor whose own known devices
    failed as well is disabled until it is bound anew (NIST SP 800-63B-4, 3.2.2)."""
    if lane is Lane.KNOWN:
        Factor.objects.filter(pk=factor.pk, disabled_at=None).update(disabled_at=now)
    record(
        FactorDisabled(factor=str(factor.pk), reason="too many failures", lane=lane.value),
        where,
    )


def _circumstances(facts: RequestFacts, challenge: Challenge) -> Circumstances:
    return Circumstances.of(
        facts,
        checkpoint=challenge.checkpoint,
        story=str(challenge.story),
        target=challenge.target.reveal(),
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
        where = _circumstances(facts, challenge) if challenge else Circumstances.of(facts)
        with transaction.atomic():
            record(ChallengeRejected(reason=reason), where)
    return Rejected(reason=reason, retry_after=retry_after)

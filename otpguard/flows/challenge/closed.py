"""Answers that do not count: a challenge that is closed, why it is, and what is logged of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance_challenge
from otpguard.core.clock import is_ahead
from otpguard.core.events.challenge import ChallengeRejected
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import AnswerReason
from otpguard.database import transaction
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.delivery.vendor_closing import schedule_closing
from otpguard.models import Challenge

lately = Coalescer()


def reload_state(challenge: Challenge) -> None:
    """Read state and tries again. A challenge that went with its factor counts as canceled."""
    row = Challenge.objects.filter(pk=challenge.pk).values_list("state", "attempts").first()
    canceled = (ChallengeState.CANCELED.value, challenge.attempts)
    challenge.state, challenge.attempts = row or canceled


def why_closed(challenge: Challenge, now: datetime) -> AnswerReason:
    """Why a challenge takes no more answers, by its state and its times."""
    if challenge.state == ChallengeState.VERIFIED:
        return AnswerReason.USED
    if challenge.state in {ChallengeState.CANCELED, ChallengeState.REPUDIATED}:
        return AnswerReason.CANCELED
    if challenge.state == ChallengeState.EXHAUSTED:
        return AnswerReason.EXHAUSTED
    expired = challenge.expires_at <= now or is_ahead(challenge.created_at, now)
    return AnswerReason.EXPIRED if expired else AnswerReason.EXHAUSTED


def exhaust_challenge(challenge: Challenge, now: datetime) -> bool:
    """Close a challenge whose tries are used up. False when it is closed already.

    Joins the caller's transaction; locks the challenge.
    """
    closed = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value).update(
        state=advance_challenge(ChallengeState.OPEN, ChallengeMove.EXHAUST).value,
        closed_at=now,
        due_at=None,
    )
    if closed:
        schedule_closing([challenge.pk], now=now)
    return bool(closed)


def record_rejected(
    facts: RequestFacts, challenge: Challenge | None, challenge_id: UUID, reason: AnswerReason
) -> None:
    """Record an answer that was not compared; repeats are coalesced. One transaction of its own.

    `challenge` is None for an id that is unknown, or that is not of the one who asks.
    """
    # Anybody can invent ids without end, so all unknown ids are coalesced into one event.
    about = challenge_id if challenge else None
    _, count = lately.count((facts.user, facts.sid, about, reason), story="", now=facts.now)
    if count:
        where = (
            Circumstances.of_challenge(facts, challenge) if challenge else Circumstances.of(facts)
        )
        with transaction.atomic():
            record(ChallengeRejected(reason=str(reason)), where)

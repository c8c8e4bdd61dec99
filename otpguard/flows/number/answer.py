"""Take an answer to an anonymous challenge; a right one yields a claim, never a grant.

As for a person, the try is counted by a conditional update and committed before the answer is
compared (A28), and a second conditional update accepts one right answer only. There is no lane:
a number without an account cannot be locked, and its caps bound how often it may be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

from django.db.models import F

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.challenge import ChallengeMove, ChallengeState, advance_challenge
from otpguard.core.events.challenge import (
    ChallengeExhausted,
    ChallengeRejected,
    ChallengeVerified,
)
from otpguard.core.events.number import ClaimIssued
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import AnswerReason
from otpguard.core.shipped_kinds import PHONE
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.base import Missed, Shown
from otpguard.factors.catalog import drivers
from otpguard.flows.challenge.answer import Rejected
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.challenge.closed import (
    exhaust_challenge,
    record_rejected,
    reload_state,
    why_closed,
)
from otpguard.flows.challenge.verify import verify_sent
from otpguard.flows.delivery.cost import add_success_cost
from otpguard.flows.delivery.fixed_codes import is_test
from otpguard.flows.delivery.vendor_closing import schedule_closing
from otpguard.flows.number.place import tenant_stands
from otpguard.flows.pumping.mailed import note_proven
from otpguard.flows.pumping.money.charge_money import prove_money
from otpguard.limits.limiter import limiter
from otpguard.models import Challenge, PhoneClaim
from otpguard.store_errors import STORE_ERRORS

CLAIM_LIFE = timedelta(minutes=30)
"""How long a proven number may be used; time enough to fill in a form."""

_WHAT = "answer_number_challenge"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberProven:
    """The answer was right and in time, and no other right answer came before it."""

    claim: PhoneClaim
    challenge: Challenge


NumberAnswer: TypeAlias = NumberProven | Rejected


def answer_number_challenge(*, facts: RequestFacts, challenge_id: UUID, given: str) -> NumberAnswer:
    """Verify one answer of the browser that started the challenge, in the same tenant.

    Runs two transactions of its own; raises InsideTransaction inside another, whose rollback would
    give the guess back. Between them it may ask a vendor, with no row locked (C14). Locks the
    challenge. Raises StoreUnavailable: then nothing is proven, and a try may be counted.
    """
    try:
        return _answer(facts, challenge_id, given)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the answer cannot be verified") from error


def _answer(facts: RequestFacts, challenge_id: UUID, given: str) -> NumberAnswer:
    challenge = _own(facts, challenge_id)
    if challenge is None:
        return _rejected(facts, None, challenge_id, AnswerReason.UNKNOWN)
    driver = drivers().get(PHONE.slug)
    if driver is None:
        return _rejected(facts, challenge, challenge_id, AnswerReason.LOCKED)
    if not _count_try(facts, challenge):
        reload_state(challenge)
        return _rejected(facts, challenge, challenge_id, why_closed(challenge, facts.now))
    sent = challenge.deliveries.filter(generation=challenge.generation).order_by("step")
    shown = verify_sent(driver, challenge, given, sent=list(sent), now=facts.now)
    if isinstance(shown, Missed):
        return _fail(facts, challenge, shown)
    return _prove(facts, challenge, shown)


def _own(facts: RequestFacts, challenge_id: UUID) -> Challenge | None:
    if not facts.browser:
        return None
    mine = Challenge.objects.of(sid="", user="", tenant=facts.tenant, browser=facts.browser)
    return mine.filter(pk=challenge_id).first()


def _count_try(facts: RequestFacts, challenge: Challenge) -> bool:
    """Count one try and commit. False if the challenge takes none any more."""
    takes = Challenge.objects.open_at(facts.now).filter(pk=challenge.pk)
    with transaction.durable(_WHAT):
        # Compared with the row as it is under the lock, not as it was read.
        counted = takes.filter(attempts__lt=F("max_attempts")).update(attempts=F("attempts") + 1)
        if counted:
            reload_state(challenge)
    return bool(counted)


def _prove(facts: RequestFacts, challenge: Challenge, shown: Shown) -> NumberAnswer:
    with transaction.durable(_WHAT):
        mine = Challenge.objects.filter(pk=challenge.pk, state=ChallengeState.OPEN.value)
        won = mine.filter(tenant_stands(facts)).update(
            state=advance_challenge(ChallengeState.OPEN, ChallengeMove.VERIFY).value,
            closed_at=facts.now,
            due_at=None,
            answered_step=shown.step,
        )
        if won:
            challenge.state = ChallengeState.VERIFIED.value
            challenge.answered_step = shown.step
            return NumberProven(claim=_issue(facts, challenge, shown), challenge=challenge)
        reload_state(challenge)
        if challenge.state == ChallengeState.OPEN:
            cancel_open(facts, Challenge.objects.filter(pk=challenge.pk), "revoked meanwhile")
            challenge.state = ChallengeState.CANCELED.value
    return _rejected(facts, challenge, challenge.pk, why_closed(challenge, facts.now))


def _issue(facts: RequestFacts, challenge: Challenge, shown: Shown) -> PhoneClaim:
    claim = PhoneClaim.objects.create(
        challenge=challenge,
        browser=challenge.browser,
        tenant_id=challenge.tenant_id,
        checkpoint=challenge.checkpoint,
        phone_index=challenge.phone_index,
        created_at=facts.now,
        expires_at=facts.now + CLAIM_LIFE,
    )
    limiter().refund(challenge.pk, now=facts.now)
    add_success_cost(challenge=challenge, now=facts.now)
    schedule_closing([challenge.pk], now=facts.now)
    where = Circumstances.of_challenge(facts, challenge)
    method = shown.method.slug
    verified = ChallengeVerified(
        method=method, attempt=challenge.attempts, test_number=is_test(challenge)
    )
    record(verified, where)
    record(ClaimIssued(claim=str(claim.pk), method=method), where)
    prove_money(challenge, now=facts.now)
    note_proven(challenge, now=facts.now)
    return claim


def _fail(facts: RequestFacts, challenge: Challenge, missed: Missed) -> Rejected:
    left = challenge.max_attempts - challenge.attempts
    where = Circumstances.of_challenge(facts, challenge)
    with transaction.durable(_WHAT):
        exhausted = left <= 0 and exhaust_challenge(challenge, facts.now)
        record(ChallengeRejected(reason=str(missed.reason), attempt=challenge.attempts), where)
        if exhausted:
            record(ChallengeExhausted(attempts=challenge.attempts), where)
    return Rejected(
        reason=missed.reason if left > 0 else AnswerReason.EXHAUSTED, attempts_left=max(0, left)
    )


def _rejected(
    facts: RequestFacts, challenge: Challenge | None, challenge_id: UUID, reason: AnswerReason
) -> Rejected:
    record_rejected(facts, challenge, challenge_id, reason)
    return Rejected(reason=reason)

"""Send a code again, or over another channel, when the person asks for it.

The digits stay the same and so do the counted tries: a resend never resets anything (NIST SP
800-63B-4, 3.1.3.2). Each send counts towards the plan's ceiling and the caps of tenant and site.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.challenge import ChallengeFellBack
from otpguard.core.facts import RequestFacts
from otpguard.core.fallback import MAX_SENDS, UNASKED
from otpguard.core.reasons import StartReason
from otpguard.database import transaction
from otpguard.exceptions import StartRefused
from otpguard.flows.delivery.caps import charge_send, has_paid_send_left, refusal_of
from otpguard.flows.delivery.outbox import enqueue_deliveries
from otpguard.flows.pumping.decision import recording_refusals
from otpguard.flows.pumping.money.charge_money import charge_again
from otpguard.flows.pumping.rescreen import rescreen
from otpguard.flows.pumping.screen import demand
from otpguard.models import Challenge
from otpguard.models.challenge import ChallengeQuerySet

_CHANGED = ("plan", "step", "sends", "last_sent_at", "due_at", "undeliverable")
RESEND_AFTER = timedelta(seconds=30)
"""How long a person is asked to wait before the same channel is used again."""


def resend_code(*, facts: RequestFacts, challenge_id: UUID, another_way: bool) -> Challenge:
    """Order one more delivery: over the same channel, or over the next one of the plan. Joins an
    outer transaction: then the code is sent when that one commits.

    Raises StartRefused when it is not an open challenge of this person or, anonymous, of this
    browser, when it is too early, no sends are left or a cap is full, and when the pumping defense
    stops further messages to a number that is not proven. Locks the challenge, then the caps.
    """
    _check_pumping(facts, challenge_id, another_way=another_way)
    with transaction.atomic():
        challenge = (
            _own(facts).open_at(facts.now).select_for_update().filter(pk=challenge_id).first()
        )
        if challenge is None:
            raise StartRefused(StartReason.CLOSED)
        _check(challenge, facts, another_way=another_way)
        failed = challenge.plan[challenge.step]
        following = following_step(challenge, another_way=another_way)
        if following <= challenge.step:
            again = challenge.plan[following]
            asked = {key: value for key, value in again.items() if key != UNASKED}
            challenge.plan.insert(challenge.step + 1, asked)
        if not has_paid_send_left(challenge, challenge.step + 1):
            raise StartRefused(StartReason.NO_SENDS_LEFT)
        challenge.step += 1
        challenge.sends += 1
        challenge.last_sent_at = facts.now
        challenge.due_at = None
        challenge.undeliverable = False
        full = charge_send(challenge, step=challenge.step, now=facts.now)
        if full is not None:
            raise refusal_of(full)
        challenge.save(update_fields=_CHANGED)
        enqueue_deliveries([challenge])
        record(
            ChallengeFellBack(
                failed=failed["channel"],
                following=challenge.plan[challenge.step]["channel"],
                reason="asked for by the person",
            ),
            Circumstances.of_challenge(facts, challenge),
        )
        charge_again(challenge, step=challenge.plan[challenge.step], now=facts.now)
    return challenge


def following_step(challenge: Challenge, *, another_way: bool) -> int:
    """The step of the plan that a resend repeats or takes: the same one, the next one, or after the
    last one the first."""
    if not another_way:
        return challenge.step
    return challenge.step + 1 if challenge.step + 1 < len(challenge.plan) else 0


def _check_pumping(facts: RequestFacts, challenge_id: UUID, *, another_way: bool) -> None:
    """Before anything is locked, since layers may ask files and vendors."""
    seen = _own(facts).open_at(facts.now).filter(pk=challenge_id, enrolls=True).first()
    if seen is None or not seen.plan:
        return
    wanted = [(seen, following_step(seen, another_way=another_way))]
    screened = rescreen(wanted, now=facts.now).get(seen.pk)
    if screened is not None:
        with recording_refusals(screened):
            demand(screened.verdict)


def _own(facts: RequestFacts) -> ChallengeQuerySet:
    mine: ChallengeQuerySet = Challenge.objects.of(
        sid=facts.sid, user=facts.user, tenant=facts.tenant, browser=facts.browser
    )
    return mine


def seconds_until_resend(challenge: Challenge, *, now: datetime) -> int:
    """Seconds until `resend_code` over the same channel is accepted; 0 means now.

    A fallback starts the wait again. There is no wait when nothing could be delivered.
    """
    if challenge.undeliverable:
        return 0
    left = challenge.last_sent_at + RESEND_AFTER - now
    return max(0, round(left.total_seconds()))


def _check(challenge: Challenge, facts: RequestFacts, *, another_way: bool) -> None:
    if challenge.sends >= MAX_SENDS:
        raise StartRefused(StartReason.NO_SENDS_LEFT)
    wait = seconds_until_resend(challenge, now=facts.now)
    ways = {(route["channel"], route["provider"]) for route in challenge.plan}
    same_way = not another_way or len(ways) == 1
    if wait and same_way:
        raise StartRefused(StartReason.TOO_EARLY, retry_after=wait)

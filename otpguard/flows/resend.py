"""Send again, or by another way, because the person asks for it.

The digits stay the same and so do the counted tries: a resend never resets anything (NIST SP
800-63B-4, 3.1.3.2). Each send counts towards the plan's ceiling.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.events import ChallengeFellBack
from otpguard.core.facts import RequestFacts
from otpguard.core.fallback import MAX_SENDS, UNASKED
from otpguard.exceptions import StartRefused
from otpguard.flows.start import order
from otpguard.models import Challenge

RESEND_AFTER = timedelta(seconds=30)
"""How long a person is asked to wait before the same channel is used again."""


def resend(*, facts: RequestFacts, challenge_id: UUID, another_way: bool) -> Challenge:
    """Order one more delivery: over the same channel, or over the next one of the plan.

    Raises StartRefused: not an open challenge of this person, too early, or no sends left.
    """
    with transaction.atomic(durable=True):
        challenge = (
            Challenge.objects.of(sid=facts.sid, user=facts.user, tenant=facts.tenant)
            .open_at(facts.now)
            .select_for_update()
            .filter(pk=challenge_id)
            .first()
        )
        if challenge is None:
            raise StartRefused("closed")
        _check(challenge, facts, another_way=another_way)
        failed = challenge.plan[challenge.step]
        if not another_way or challenge.step + 1 >= len(challenge.plan):
            again = failed if not another_way else challenge.plan[0]
            asked = {key: value for key, value in again.items() if key != UNASKED}
            challenge.plan.insert(challenge.step + 1, asked)
        challenge.step += 1
        challenge.sends += 1
        challenge.last_sent_at = facts.now
        challenge.due_at = None
        challenge.undeliverable = False
        challenge.save(
            update_fields=["plan", "step", "sends", "last_sent_at", "due_at", "undeliverable"]
        )
        order([challenge])
        record(
            ChallengeFellBack(
                failed=failed["channel"],
                following=challenge.plan[challenge.step]["channel"],
                reason="asked for by the person",
            ),
            Circumstances.of(
                facts,
                checkpoint=challenge.checkpoint,
                story=str(challenge.story),
                target=challenge.target.reveal(),
            ),
        )
    return challenge


def seconds_until_resend(challenge: Challenge, *, now: datetime) -> int:
    """How long until `resend` over the same channel is accepted; 0 for now.

    A fallback begins the wait anew, and nobody waits for what could not be delivered at all.
    """
    if challenge.undeliverable:
        return 0
    left = challenge.last_sent_at + RESEND_AFTER - now
    return max(0, round(left.total_seconds()))


def _check(challenge: Challenge, facts: RequestFacts, *, another_way: bool) -> None:
    if challenge.sends >= MAX_SENDS:
        raise StartRefused("no_sends_left")
    wait = seconds_until_resend(challenge, now=facts.now)
    ways = {(route["channel"], route["provider"]) for route in challenge.plan}
    same_way = not another_way or len(ways) == 1
    if wait and same_way:
        raise StartRefused("wait", retry_after=wait)

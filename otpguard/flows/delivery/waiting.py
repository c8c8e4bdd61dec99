"""Whether a message waits for its route, and until when: the vendor asked us to wait, or it is not
the message's turn.

A vendor that asks to wait has sent nothing, so the same message may go to it again. It waits only
within the life of its code, and only while no other route would be quicker.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.core.challenge import DeliveryState
from otpguard.core.outcome import Accepted, Failure, Outcome
from otpguard.flows.delivery.attempt import Postponed
from otpguard.flows.delivery.fallback import following_of
from otpguard.models import Challenge, Delivery

_PASSING = frozenset({Failure.RATE_LIMITED, Failure.CONFLICT_OPEN, Failure.TRANSIENT})
"""What is over after a while, and certainly sent nothing."""


def postponed_by(
    outcome: Outcome | Postponed, delivery: Delivery, now: datetime
) -> Postponed | None:
    """Until when the message waits for the same route; None if it must not go there again.

    If a vendor keeps asking for one second, each try comes later than the one before.
    """
    if isinstance(outcome, Postponed):
        return outcome
    if isinstance(outcome, Accepted) or outcome.failure not in _PASSING or not outcome.retry_after:
        return None
    wait = max(timedelta(seconds=outcome.retry_after), now - delivery.created_at)
    return Postponed(until=now + wait, reason=outcome.reason)


def can_wait(delivery: Delivery, challenge: Challenge, until: datetime) -> bool:
    """False if the code would be too old by then, a later message has taken its place, or another
    route would be quicker."""
    if until >= challenge.expires_at or challenge.step != delivery.step:
        return False
    patience = timedelta(seconds=challenge.fallback_seconds)
    return until <= delivery.created_at + patience or following_of(challenge) is None


def queue_again(delivery: Delivery, postponed: Postponed) -> None:
    """Give the claim back and let the sweep enqueue the message again when it may be sent.

    Commits by itself. Does nothing if another worker holds the claim by now.
    """
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING.value, lease_until=delivery.lease_until
    )
    mine.update(
        state=DeliveryState.QUEUED.value,
        lease_until=postponed.until,
        outcome=postponed.reason[:120],
    )

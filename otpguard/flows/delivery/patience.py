"""How long a message may take to arrive before the next channel is tried."""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.core.challenge import ChallengeState
from otpguard.flows.delivery.fallback import following_of
from otpguard.flows.delivery.status_poll import ANSWERED_WITHIN, is_polled
from otpguard.models import Challenge, Delivery

WITHOUT_RECEIPTS = timedelta(seconds=20)
"""The shortest wait before the next channel, if a route with our code has no receipts."""


def due_after_send(challenge: Challenge, delivery: Delivery, now: datetime) -> datetime | None:
    """When the next channel is due for a message that left now and has not been reported yet.

    None if none follows, or if the challenge is over or has gone on without this message.
    """
    waits = (
        challenge.step == delivery.step
        and challenge.state == ChallengeState.OPEN
        and following_of(challenge) is not None
    )
    if not waits:
        return None
    return now + max(_shortest_wait(delivery), timedelta(seconds=challenge.fallback_seconds))


def _shortest_wait(delivery: Delivery) -> timedelta:
    """A route of which nothing is heard gets longer than the policy says, so that not every code is
    sent twice.

    Not one whose vendor makes the code and cannot be asked: the tenant's wait is all there is to go
    by, and a code that comes later still counts (C14).
    """
    if is_polled(delivery):
        return WITHOUT_RECEIPTS + ANSWERED_WITHIN
    return timedelta(0) if delivery.receipts or delivery.remote else WITHOUT_RECEIPTS

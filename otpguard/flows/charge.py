"""What a delivery costs, written beside it: when it leaves, when its code is answered.

The vendor's own figure for a message stands in place of ours wherever it gives one; what is due
for a success comes on top of either. All of these join the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

from otpguard.channels.prices import rate_at
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.money import MOST, cost_of
from otpguard.core.phone import country_of
from otpguard.models import Challenge, Delivery

LEFT = (DeliveryState.SENT.value, DeliveryState.DELIVERED.value)


def charge_sent(
    delivery: Delivery, *, destination: str, told_micros: int | None, now: datetime
) -> None:
    """Note in `delivery`, which the caller writes, what one message cost and its country.

    `told_micros` is the vendor's own figure, None when it gives none; `destination` the number in
    E.164, or an address, which has no country.
    """
    delivery.country = delivery.country or country_of(destination)
    micros = told_micros
    if micros is None:
        rate = rate_at(
            provider=delivery.provider,
            channel=delivery.channel,
            country=delivery.country,
            now=now,
        )
        micros = cost_of(rate, 1) if rate else 0
    delivery.cost_micros = min(max(micros, 0), MOST)


def charge_told(*, delivery: Delivery, told_micros: int, now: datetime) -> int:
    """Put the vendor's own figure, which came later, in place of ours; returns micro-dollars.

    What was due for a success stays on top of it.
    """
    challenge = delivery.challenge
    answered = challenge.state == ChallengeState.VERIFIED and _last(challenge) == delivery
    _write(delivery, told_micros + (_due_for_success(delivery, now) if answered else 0))
    return delivery.cost_micros


def charge_success(*, challenge: Challenge, now: datetime) -> int:
    """Add what an answered code costs to the message that went out last; returns micro-dollars.

    Of several messages with the same digits nobody can say which one was read, and vendors charge
    a success once. Nothing for a challenge that sends no code, or whose code did not leave.
    """
    delivery = _last(challenge) if challenge.plan else None
    due = _due_for_success(delivery, now) if delivery else 0
    if delivery and due:
        _write(delivery, delivery.cost_micros + due)
    return due


def _last(challenge: Challenge) -> Delivery | None:
    rows = Delivery.objects.filter(
        challenge=challenge, generation=challenge.generation, state__in=LEFT
    )
    return rows.order_by("-step").first()


def _due_for_success(delivery: Delivery, now: datetime) -> int:
    rate = rate_at(
        provider=delivery.provider,
        channel=delivery.channel,
        country=delivery.country,
        now=delivery.sent_at or now,
    )
    return cost_of(rate, 0, 1) if rate else 0


def _write(delivery: Delivery, micros: int) -> None:
    delivery.cost_micros = min(micros, MOST)
    Delivery.objects.filter(pk=delivery.pk).update(cost_micros=delivery.cost_micros)

"""Record what a delivery costs: when it leaves, and when its code is answered.

If the vendor states a price for a message, that price replaces ours; the price of a success is
added to either. All functions join the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otpguard.channels.prices import rate_at
from otpguard.core.assurance import Channel
from otpguard.core.challenge import DeliveryState
from otpguard.core.money import MOST, cost_of
from otpguard.core.phone import country_of
from otpguard.models import Challenge, Delivery

LEFT = (DeliveryState.SENT.value, DeliveryState.DELIVERED.value)


def record_sent_cost(
    delivery: Delivery, *, destination: str, vendor_micros: int | None, now: datetime
) -> None:
    """Set cost and country of one message in `delivery`, which the caller writes.

    `vendor_micros` is the price that the vendor states, if any; `destination` is a number in E.164
    or an e-mail address, which has no country.
    """
    delivery.country = delivery.country or country_of(destination)
    micros = vendor_micros
    if micros is None:
        rate = rate_at(
            provider=delivery.provider,
            channel=delivery.channel,
            country=delivery.country,
            now=now,
        )
        micros = cost_of(rate, 1) if rate else 0
    delivery.cost_micros = min(max(micros, 0), MOST)


def record_cost_of_send(
    delivery: Delivery, challenge: Challenge, told: int | None, now: datetime
) -> None:
    """`record_sent_cost` for a code. A message that may have been sent may be billed: the ledger
    assumes the higher cost."""
    told_already = delivery.country or delivery.channel == Channel.EMAIL
    destination = "" if told_already else challenge.destination.reveal()
    record_sent_cost(delivery, destination=destination, vendor_micros=told, now=now)


def record_vendor_cost(*, delivery: Delivery, vendor_micros: int, now: datetime) -> int:
    """Replace our price by the one that the vendor stated later; returns micro-dollars.

    The price of a success, once added, stays added.
    """
    answered = delivery.challenge.answered_step == delivery.step
    _write(delivery, vendor_micros + (_due_for_success(delivery, now) if answered else 0))
    return delivery.cost_micros


def add_success_cost(*, challenge: Challenge, now: datetime, sent: Sequence[Delivery] = ()) -> int:
    """Add the price of an answered code to the message that carried it; returns micro-dollars.

    If several messages carried the same digits, it is unknown which one was read, and vendors
    charge a success once: the last one that left counts. Adds nothing if the challenge sends no
    code or its code did not leave. `sent` are its messages as they were a moment ago.
    """
    step = challenge.answered_step
    delivery = None
    if step is not None:
        # What had left then is still there; what had not may have left since.
        known = (row for row in sent if row.step == step and row.state in LEFT)
        delivery = next(known, None) or _that_left(challenge, step)
    due = _due_for_success(delivery, now) if delivery else 0
    if delivery and due:
        _write(delivery, delivery.cost_micros + due)
    return due


def _that_left(challenge: Challenge, step: int) -> Delivery | None:
    rows = Delivery.objects.filter(challenge=challenge, state__in=LEFT)
    return rows.filter(step=step).first()


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

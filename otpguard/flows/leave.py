"""Order that what is open at vendors is ended: nobody waits for it.

What is not ended runs out at the vendor by itself; the code is not accepted here all the same. A
vendor that refuses a second verification of one number is told before the next message goes out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import QuerySet

from otpguard.channels import catalog
from otpguard.channels.base import Ending, Provider
from otpguard.core.challenge import DeliveryState
from otpguard.flows import errand
from otpguard.flows.errand import TELL
from otpguard.models import Challenge, Delivery


def leave(challenges: Collection[UUID], *, now: datetime) -> None:
    """Order the end of what these closed challenges have open, after the caller's commit.

    That is the last message that a vendor took: those before it were ended when it was taken.
    """
    enders = catalog.enders()
    if not enders or not challenges:
        return
    last = {row.challenge_id: row for row in _taken().filter(challenge__in=challenges)}
    for row in last.values():
        if row.provider in enders:
            errand.order(TELL, row, now=now)


def leave_earlier(delivery: Delivery, challenge: Challenge, *, now: datetime) -> None:
    """Order the end of what `delivery` takes the place of, or of itself when it came too late.

    Called when a vendor has taken it; joins the caller's transaction.
    """
    enders = catalog.enders()
    if not enders:
        return
    others = _taken().filter(challenge=challenge)
    if challenge.closed_at is not None or others.filter(step__gt=delivery.step).exists():
        left: Delivery | None = delivery
    else:
        left = others.filter(step__lt=delivery.step).last()
        if left is not None and _makes_way(left, delivery):
            return
    if left is not None and left.provider in enders:
        errand.order(TELL, left, now=now)


def make_way(delivery: Delivery, provider: Provider, *, lease: timedelta) -> None:
    """End what the same vendor has open of this challenge with our code, before the next message.

    Its digits stay good here. Waits for the vendor, for which the lease is prolonged by `lease`.
    Must not be called in a transaction.
    """
    if not getattr(provider, "ends", False):
        return
    earlier = _taken().filter(challenge=delivery.challenge_id, step__lt=delivery.step).last()
    if earlier is None or not _makes_way(earlier, delivery):
        return
    held = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING.value, lease_until=delivery.lease_until
    )
    if delivery.lease_until is not None and held.update(lease_until=delivery.lease_until + lease):
        delivery.lease_until += lease
    cast("Ending", provider).cancel(earlier.provider_ref or "")


def _makes_way(earlier: Delivery, delivery: Delivery) -> bool:
    """A code of the vendor's own is left open until the next one is out: it is all there is."""
    return earlier.provider == delivery.provider and not earlier.remote and not delivery.remote


def _taken() -> QuerySet[Delivery]:
    return Delivery.objects.exclude(provider_ref=None).order_by("step")

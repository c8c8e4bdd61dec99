"""Close at vendors what a challenge has open there: schedule it, and make the call.

A vendor is told that the code was right, or that no answer will come any more. The call is repeated
until it succeeds or has failed a few times. A verification that is never closed expires at the
vendor by itself; here its code is no longer accepted. A vendor that refuses a second verification
of one number is told before the next message goes out.

Two may be open at once: the last message with our code, and the last one whose vendor made the code
(C14). Each is closed by the next of its kind.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from otpguard.channels import catalog
from otpguard.channels.base import ClosesVerifications, Provider
from otpguard.channels.offers import offered
from otpguard.core.challenge import DeliveryState
from otpguard.core.outcome import Failure
from otpguard.flows.delivery import vendor_calls
from otpguard.flows.delivery.message import code_of
from otpguard.flows.delivery.vendor_calls import CLOSING_CALL
from otpguard.models import Challenge, Delivery

logger = logging.getLogger("otpguard.vendor_closing")


_DONE = frozenset({None, Failure.EXPIRED_OR_GONE})

_HOPELESS = frozenset({Failure.WRONG_CODE, Failure.CHECKS_EXHAUSTED, Failure.INVALID_NUMBER})
"""Failures that the same call would meet again."""


def schedule_closing(challenges: Collection[UUID], *, now: datetime) -> None:
    """Schedule the calls that close what these challenges have open, after the caller's commit.

    Of each kind only the last message that a vendor accepted is open: earlier ones were closed when
    it was accepted.
    """
    closing = catalog.closing_providers()
    if not closing or not challenges:
        return
    rows = _taken().filter(challenge__in=challenges)
    last = {(row.challenge_id, row.remote): row for row in rows}
    wanted = [row for row in last.values() if row.provider in closing]
    vendor_calls.schedule_calls(CLOSING_CALL, wanted, now=now)


def schedule_closing_of_earlier(delivery: Delivery, challenge: Challenge, *, now: datetime) -> None:
    """Schedule the closing of what `delivery` replaces, or of `delivery` itself if it came too
    late.

    Called when a vendor has accepted it; joins the caller's transaction.
    """
    closing = catalog.closing_providers()
    if not closing:
        return
    others = _taken().filter(challenge=challenge, remote=delivery.remote)
    if challenge.closed_at is not None or others.filter(step__gt=delivery.step).exists():
        earlier: Delivery | None = delivery
    else:
        earlier = others.filter(step__lt=delivery.step).last()
        if earlier is not None and _must_close_before(earlier, delivery):
            return
    if earlier is not None and earlier.provider in closing:
        vendor_calls.schedule_call(CLOSING_CALL, earlier, now=now)


def close_before_next(delivery: Delivery, provider: Provider, *, lease: timedelta) -> None:
    """Before the next message, close what the same vendor has open of this challenge with our code.

    Its digits stay valid here. A vendor's own code is left: it is the only one of its kind until
    the next one is out. Waits for the vendor, so the lease is extended by `lease`. Must not be
    called in a transaction.
    """
    vendor = offered(provider, ClosesVerifications)
    if vendor is None or not delivery.step:
        return
    ours = _taken().filter(challenge=delivery.challenge_id, remote=False)
    earlier = ours.filter(step__lt=delivery.step).last()
    if earlier is None or not _must_close_before(earlier, delivery):
        return
    claimed = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING.value, lease_until=delivery.lease_until
    )
    if delivery.lease_until is not None and claimed.update(
        lease_until=delivery.lease_until + lease
    ):
        delivery.lease_until += lease
    vendor.cancel(earlier.provider_ref or "")


def _must_close_before(earlier: Delivery, delivery: Delivery) -> bool:
    return earlier.provider == delivery.provider and not earlier.remote and not delivery.remote


def _taken() -> QuerySet[Delivery]:
    return Delivery.objects.exclude(provider_ref=None).order_by("step")


def make_closing_call(*, delivery_id: str, now: datetime) -> Failure | None:
    """Make the call that `schedule_closing` has scheduled, if it is due and not made elsewhere.

    Returns why it failed; None if it succeeded or there was nothing to do. A temporary failure is
    tried again later. Must not be called in a transaction.
    """
    claimed = vendor_calls.claim_call(CLOSING_CALL, delivery_id, now=now)
    if claimed is None:
        return None
    failure = tell_vendor(claimed.delivery)
    if failure not in _DONE:
        logger.warning("%s was not told how it ended: %s", claimed.delivery.provider, failure)
    if failure in _DONE | _HOPELESS:
        vendor_calls.finish_call(CLOSING_CALL, claimed)
    else:
        vendor_calls.postpone_call(CLOSING_CALL, claimed, now=now)
    return failure


def tell_vendor(row: Delivery) -> Failure | None:
    """Confirm our own code if it was the right one; cancel anything else.

    A vendor that found its own code right knows. Returns as `make_closing_call`. Writes nothing. A
    repeat does no harm: the vendor has forgotten the verification by then.
    """
    vendor, reference = catalog.offered(row.provider, ClosesVerifications), row.provider_ref or ""
    if vendor is None or not reference:
        return None
    answered = row.challenge.answered_step
    if row.remote and row.step == answered:
        return None
    if row.remote or answered is None or row.challenge.plan[answered].get("remote", False):
        return vendor.cancel(reference)
    return vendor.confirm(reference, code_of(row.challenge))

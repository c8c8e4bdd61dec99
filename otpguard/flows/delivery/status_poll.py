"""Ask a vendor's status API about a message: if it sends no receipts, and to check unsigned ones
(A6).

The vendor is asked with no transaction open. Its answer counts as a signed receipt.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from otpguard.channels import catalog
from otpguard.channels.base import Polling
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.outcome import Unavailable
from otpguard.flows.delivery import vendor_calls
from otpguard.flows.delivery.receipts import ReceiptCounts, record_receipts
from otpguard.flows.delivery.vendor_calls import STATUS_CALL
from otpguard.models import Delivery

logger = logging.getLogger("otpguard.poll_status")

POLL_AFTER = timedelta(seconds=20)
"""How old a message is when we ask: by then most messages have arrived."""
ANSWERED_WITHIN = timedelta(seconds=5)
"""How much longer the next channel waits, so that the answer can come first."""


def is_polled(delivery: Delivery) -> bool:
    """True if the vendor sends no receipts but has a status API."""
    return not delivery.receipts and catalog.offered(delivery.provider, Polling) is not None


def schedule_poll(delivery: Delivery, *, now: datetime) -> None:
    """Schedule one question, POLL_AFTER the vendor's acceptance. Joins the caller's transaction."""
    if is_polled(delivery):
        vendor_calls.schedule_call(STATUS_CALL, delivery, now=now, after=POLL_AFTER)


def poll_delivery(*, delivery_id: str, now: datetime) -> ReceiptCounts | None:
    """Ask the vendor about one delivery, and apply its answer.

    Returns None if the answer is no longer needed, another worker asks, or the vendor cannot be
    reached now (then it is asked again later). Must not be called in a transaction.
    """
    claimed = vendor_calls.claim_call(STATUS_CALL, delivery_id, now=now)
    if claimed is None:
        return None
    delivery = claimed.delivery
    vendor = catalog.offered(delivery.provider, Polling)
    if vendor is None or not delivery.provider_ref or not _is_waited_for(delivery, now):
        vendor_calls.finish_call(STATUS_CALL, claimed)
        return None
    said = vendor.status(delivery.provider_ref)
    if isinstance(said, Unavailable):
        logger.warning("%s could not be asked: %s", delivery.provider, said.failure)
        wait = timedelta(seconds=said.retry_after or 0)
        vendor_calls.postpone_call(STATUS_CALL, claimed, now=now, at_least=wait)
        return None
    facts = [] if said is None else [said]
    taken = record_receipts(provider=delivery.provider, facts=facts, raw="", now=now)
    vendor_calls.finish_call(STATUS_CALL, claimed)
    return taken


def _is_waited_for(delivery: Delivery, now: datetime) -> bool:
    challenge = delivery.challenge
    return (
        delivery.state == DeliveryState.SENT
        and challenge.state == ChallengeState.OPEN
        and challenge.expires_at > now
    )

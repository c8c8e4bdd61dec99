"""Ask a vendor itself what became of a message: when it never reports, and before somebody is
believed who signs nothing (A6).

The vendor is asked with no transaction open. Its answer is taken as a report that it signed.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from otpguard.channels import catalog
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.outcome import Unavailable
from otpguard.flows import errand
from otpguard.flows.errand import ASK
from otpguard.flows.receipt import Taken, take
from otpguard.models import Delivery

logger = logging.getLogger("otpguard.poll")

ASKED_AFTER = timedelta(seconds=20)
"""How old a message is when its vendor is asked: by then most of them have arrived."""
ANSWERED_WITHIN = timedelta(seconds=5)
"""How much longer than usual the next channel waits for that answer."""


def is_asked(delivery: Delivery) -> bool:
    """True where the vendor reports nothing by itself and can be asked."""
    return not delivery.receipts and catalog.polling(delivery.provider) is not None


def ask_later(delivery: Delivery, *, now: datetime) -> None:
    """Have the vendor asked once, ASKED_AFTER its acceptance. Joins the caller's transaction."""
    if is_asked(delivery):
        errand.order(ASK, delivery, now=now, after=ASKED_AFTER)


def poll(*, delivery_id: str, now: datetime) -> Taken | None:
    """Ask the vendor of one delivery, and take what it says.

    None when nobody waits for it any more, somebody else asks, or the vendor cannot be asked now;
    then it is asked again later. Must not be called in a transaction.
    """
    claimed = errand.claim(ASK, delivery_id, now=now)
    if claimed is None:
        return None
    delivery = claimed.delivery
    vendor = catalog.polling(delivery.provider)
    if vendor is None or not delivery.provider_ref or not _is_waited_for(delivery, now):
        errand.settle(ASK, claimed)
        return None
    said = vendor.status(delivery.provider_ref)
    if isinstance(said, Unavailable):
        logger.warning("%s could not be asked: %s", delivery.provider, said.failure)
        errand.put_off(ASK, claimed, now=now)
        return None
    facts = [] if said is None else [said]
    taken = take(provider=delivery.provider, facts=facts, raw="", now=now)
    errand.settle(ASK, claimed)
    return taken


def _is_waited_for(delivery: Delivery, now: datetime) -> bool:
    challenge = delivery.challenge
    return (
        delivery.state == DeliveryState.SENT
        and challenge.state == ChallengeState.OPEN
        and challenge.expires_at > now
    )

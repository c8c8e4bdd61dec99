"""Switch a channel off for a number when a vendor says that its holder has opted out."""

from __future__ import annotations

from datetime import datetime

from otpguard.core.assurance import Channel
from otpguard.core.outcome import Failure
from otpguard.flows.route.opt_out import record_vendor_opt_out
from otpguard.models import Challenge, Delivery
from otpguard.vault import UndecryptableError


def note_opt_out(
    delivery: Delivery, challenge: Challenge, failure: Failure | None, *, now: datetime
) -> None:
    """Switch the channel off for the number, if the vendor says that its holder stopped it.

    Joins the caller's transaction, which holds the challenge's row.
    """
    if failure is not Failure.OPTED_OUT or delivery.channel == Channel.EMAIL:
        return
    try:
        number = challenge.destination.reveal()
    except UndecryptableError:
        return  # its key is gone: nothing can be sent there anyway
    record_vendor_opt_out(
        provider=delivery.provider,
        channel=Channel(delivery.channel),
        number=number,
        tenant=str(challenge.tenant_id or ""),
        now=now,
    )

"""Tell a vendor how it ended: the code was proven, or nobody will answer any more."""

from __future__ import annotations

import logging
from typing import cast

from otpguard.channels import catalog
from otpguard.channels.base import Ending
from otpguard.core.challenge import ChallengeState
from otpguard.core.outcome import Failure
from otpguard.core.registry import UnknownNameError
from otpguard.flows.outgoing import code_of
from otpguard.models import Delivery

logger = logging.getLogger("otpguard.end")


def end(*, delivery_id: str) -> Failure | None:
    """Confirm the code of a proven challenge where it is ours, cancel anything else.

    Returns why it was not done; None when it was, or when there is nothing to do. Locks and writes
    nothing, and a repeat does no harm: the vendor has forgotten by then.
    """
    rows = Delivery.objects.select_related("challenge").exclude(provider_ref=None)
    row = rows.filter(pk=delivery_id).first()
    if row is None:
        return None
    try:
        provider = catalog.providers().get(row.provider)
    except UnknownNameError:
        return None
    if not getattr(provider, "ends", False):
        return None
    ending, reference = cast("Ending", provider), row.provider_ref or ""
    if row.challenge.state != ChallengeState.VERIFIED:
        failure = ending.cancel(reference)
    elif not row.remote:
        failure = ending.confirm(reference, code_of(row.challenge))
    elif rows.filter(challenge=row.challenge_id, step__gt=row.step).exists():
        failure = ending.cancel(reference)
    else:
        failure = None  # it was this vendor that found the answer right
    if failure not in {None, Failure.EXPIRED_OR_GONE}:
        logger.warning("%s was not told how it ended: %s", row.provider, failure)
    return failure

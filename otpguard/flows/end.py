"""Tell a vendor how it ended: the code was proven, or nobody will answer any more.

That is owed until it is done or has failed a few times; what nobody ends runs out at the vendor.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import cast

from otpguard.channels import catalog
from otpguard.channels.base import Ending
from otpguard.core.challenge import ChallengeState
from otpguard.core.outcome import Failure
from otpguard.core.registry import UnknownNameError
from otpguard.flows import errand
from otpguard.flows.errand import TELL
from otpguard.flows.outgoing import code_of
from otpguard.models import Delivery

logger = logging.getLogger("otpguard.end")


_DONE = frozenset({None, Failure.EXPIRED_OR_GONE})

_HOPELESS = frozenset({Failure.WRONG_CODE, Failure.CHECKS_EXHAUSTED, Failure.INVALID_NUMBER})
"""What the same words to the vendor would meet again."""


def end(*, delivery_id: str, now: datetime) -> Failure | None:
    """Make the call that `leave` has ordered, if it is due and nobody else makes it.

    Returns why it was not done; None when it was, or when there is nothing to do. What may get
    better is tried again later. Must not be called in a transaction.
    """
    claimed = errand.claim(TELL, delivery_id, now=now)
    if claimed is None:
        return None
    failure = tell(claimed.delivery)
    if failure not in _DONE:
        logger.warning("%s was not told how it ended: %s", claimed.delivery.provider, failure)
    if failure in _DONE | _HOPELESS:
        errand.settle(TELL, claimed)
    else:
        errand.put_off(TELL, claimed, now=now)
    return failure


def tell(row: Delivery) -> Failure | None:
    """Confirm the code of a proven challenge where it is ours, cancel anything else.

    Returns as `end`. Writes nothing, and a repeat does no harm: the vendor has forgotten by then.
    """
    try:
        provider = catalog.providers().get(row.provider)
    except UnknownNameError:
        return None
    if not getattr(provider, "ends", False) or not row.provider_ref:
        return None
    ending, reference = cast("Ending", provider), row.provider_ref or ""
    if row.challenge.state != ChallengeState.VERIFIED:
        return ending.cancel(reference)
    if not row.remote:
        return ending.confirm(reference, code_of(row.challenge))
    later = Delivery.objects.filter(challenge=row.challenge_id, step__gt=row.step)
    if later.exclude(provider_ref=None).exists():
        return ending.cancel(reference)
    return None  # it was this vendor that found the answer right

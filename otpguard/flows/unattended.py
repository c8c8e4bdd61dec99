"""The circumstances of what happens to a challenge while nobody asks: no request, no actor's page.

Workers, sweeps and receipts write their events with these.
"""

from __future__ import annotations

from datetime import datetime

from otpguard.audit.recorder import Circumstances
from otpguard.models import Challenge
from otpguard.vault import UndecryptableError


def circumstances_of(challenge: Challenge, now: datetime) -> Circumstances:
    """The circumstances of what happens to a challenge without a request.

    What no key opens any more stays empty: a challenge must be able to end all the same, and with
    it the batch that it is part of.
    """
    try:
        net, target = challenge.origin, challenge.target.reveal()
    except UndecryptableError:
        net, target = {}, ""
    return Circumstances(
        now=now,
        tenant=str(challenge.tenant_id or ""),
        checkpoint=challenge.checkpoint,
        actor=str(challenge.user_id or ""),
        subject=str(challenge.user_id or ""),
        story=str(challenge.story),
        address=net.get("address", ""),
        agent=net.get("agent", ""),
        target=target,
    )

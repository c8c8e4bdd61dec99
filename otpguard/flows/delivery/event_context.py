"""The circumstances of background changes to a challenge: no request, no actor.

Workers, sweeps and receipts write their events with these.
"""

from __future__ import annotations

from datetime import datetime

from otpguard.audit.circumstances import Circumstances, session_reference
from otpguard.models import Challenge
from otpguard.vault import UndecryptableError


def circumstances_of(challenge: Challenge, now: datetime) -> Circumstances:
    """The circumstances of a change to a challenge that no request made.

    Values whose key is gone stay empty: the challenge, and the batch it is part of, must be able to
    end all the same.
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
        client_ip=net.get("client_ip", ""),
        agent=net.get("agent", ""),
        target=target,
        session=session_reference(challenge.sid),
        intent=challenge.intent,
    )

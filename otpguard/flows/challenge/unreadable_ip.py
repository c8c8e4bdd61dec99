"""Write down that clients come whose IP address cannot be read: no cap tells them apart (A30)."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.challenge import ClientIpUnrecognized
from otpguard.core.limits import UNREADABLE_IP_NOTED, Charged
from otpguard.database import transaction
from otpguard.limits.limiter import limiter


def note_unreadable_ip(now: datetime) -> None:
    """Write the event, at most once an hour for the whole site. One transaction of its own."""
    with transaction.atomic():
        # The use belongs to no challenge, so no right answer gives it back.
        charged = limiter().consume([UNREADABLE_IP_NOTED], challenge=uuid4(), now=now)
        if isinstance(charged, Charged):
            proxies = settings().trusted_proxies
            record(ClientIpUnrecognized(trusted_proxies=proxies), Circumstances(now=now))

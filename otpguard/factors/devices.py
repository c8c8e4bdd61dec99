"""Known devices: which browser asks, and the lane that its answers count in (A4).

The database holds a keyed digest of a device's id, so its readers cannot make the cookie.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet

from otpguard import vault
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.core.secrets import keyed_digest
from otpguard.models import KnownDevice

LIFE = timedelta(days=180)
"""How long a device stays known after the last right answer that it gave."""


def digests(device: str) -> tuple[str, ...]:
    """The digests under which the row of a device may be found, the newest root key's first."""
    return tuple(
        keyed_digest(vault.key_for(vault.DEVICE, key_id), device.encode())
        for key_id in vault.key_ids()
    )


def current(facts: RequestFacts) -> QuerySet[KnownDevice]:
    """The live row of the device that asks: one, or none."""
    if not facts.device:
        return KnownDevice.objects.none()
    mine = KnownDevice.objects.live_of(facts.user, now=facts.now)
    return mine.filter(digest__in=digests(facts.device))


def is_known(facts: RequestFacts) -> bool:
    """True for a browser that has proven a factor of this user and was not forgotten since.

    One read by the digest's unique index, and none without a cookie.
    """
    return current(facts).exists()


def lane_of(facts: RequestFacts) -> Lane:
    """The lane in which this request's failures and starts count."""
    return Lane.KNOWN if is_known(facts) else Lane.OPEN

"""Whether a client IP looks like one person's: only then may it use a country's reserve."""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.core.client_ip import network_of
from otpguard.core.limits import CapName
from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind
from otpguard.models import Usage

_MOST = 2
"""Unproven starts of one network in a day, this one included."""
_DAY = timedelta(days=1)
_ORDINARY = frozenset({NetworkKind.ORDINARY, NetworkKind.OFF})


def is_clean(client_ip: str, network: NetworkFacts, *, now: datetime) -> bool:
    """True for an ordinary network with at most one more start in the last day that was not proven.

    One statement; database errors pass through. An IP address that cannot be read is not clean.
    """
    if not client_ip or network.kind not in _ORDINARY:
        return False
    uses = Usage.objects.filter(cap=CapName.IP.value, key=network_of(client_ip), at__gt=now - _DAY)
    return uses.count() <= _MOST

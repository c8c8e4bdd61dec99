"""What operators have switched off: channels, providers, countries, and combinations of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from otpguard.core.route import Switch
from otpguard.models import RouteSwitch


def switches(now: datetime) -> tuple[Switch, ...]:
    """Everything that is switched off now."""
    running = Q(until=None) | Q(until__gt=now)
    return tuple(
        Switch(provider=row.provider, channel=row.channel, country=row.country)
        for row in RouteSwitch.objects.filter(running, ended_at=None)
    )

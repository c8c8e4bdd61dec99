"""Which paid channels to close after a loss, and when to try them again.

The smallest scope that explains the loss is closed: a prefix before its country, a country before
the whole channel. Nobody has to open it again: after its time one message is let through on trial,
and more only once that one was proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers

EXPLAINS = 80
"""Percent of the loss from which a scope explains it."""
TRIAL_EVERY = timedelta(minutes=5)
"""How long one message on trial may take to be proven before its scope is closed again."""
LONGEST = timedelta(hours=12)
_WHOLE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What was lost lately on numbers that nobody has proven, by prefix and by country."""

    by_prefix: Mapping[str, int]
    by_country: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.by_country.values())


def scope_to_close(losses: Losses) -> tuple[str, str]:
    """(scope, key) of the smallest one that explains the loss: ("channel", "") is all of them."""
    for scope, parts in (("prefix", losses.by_prefix), ("country", losses.by_country)):
        key = max(parts, key=lambda each: (parts[each], each), default="")
        if key and parts[key] * _WHOLE >= losses.total * EXPLAINS:
            return scope, key
    return "channel", ""


def prefix_country(prefix: str) -> str:
    """The country (ISO 3166) that a prefix is in; "" if none is known."""
    code = phonenumbers.parse(f"{prefix}0000", None) if prefix else None
    return phonenumbers.region_code_for_number(code) or "" if code else ""


def is_open_for(until: datetime, tried_at: datetime | None, *, now: datetime) -> bool:
    """True if the message on trial may go: once the closure's time is over, and only one."""
    return until <= now and tried_at is None


def closed_for(times: int, *, first: timedelta) -> timedelta:
    """How long the n-th closure of a scope in a row lasts: twice as long each time, 12 h most."""
    return min(first * (1 << min(max(times - 1, 0), 10)), LONGEST)

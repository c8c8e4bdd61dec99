"""What vendors say about numbers that people have confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, MEDIUM, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event(
    "phone_number.doubted",
    _("It was in doubt whether a number still reaches its owner"),
    Ocsf(ENTITY_MANAGEMENT, 2, severity=MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NumberDoubted(Event):
    """A vendor says, or no vendor can say, that a confirmed number may have changed hands.

    `finding` is "sim_swapped", "sim_swap_unknown" or "reassigned". `withheld` tells whether codes
    were kept from the number for that. `count` is how often within a minute.
    """

    factor: str
    finding: str
    withheld: bool
    count: int = 1

"""The defense against SMS pumping: what operators do about it."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event(
    "phone_number.released",
    _("A number was released from suspicion"),
    Ocsf(ENTITY_MANAGEMENT, 3),
    personal=("number",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReleased(Event):
    """What is suspected of its range does not count against this number until `until`. `number` is
    masked."""

    release: str
    number: str
    until: str
    reason: str

"""Operational rows that were deleted after their time."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ENTITY_MANAGEMENT, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event("rows.purged", _("Old rows were deleted"), Ocsf(ENTITY_MANAGEMENT, 4))
@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPurged(Event):
    """One batch of rows that had served their time; deliveries were added to the daily totals.

    `before` is the moment in UTC from which on rows stay.
    """

    before: str
    challenges: int = 0
    deliveries: int = 0
    usage: int = 0
    notices: int = 0
    sessions: int = 0
    grants: int = 0
    claims: int = 0
    decisions: int = 0
    releases: int = 0
    answers: int = 0
    spent: int = 0
    mailed: int = 0
    raises: int = 0
    exports: int = 0
    billing_changes: int = 0
    places: int = 0
    sign_ins: int = 0
    statements: int = 0

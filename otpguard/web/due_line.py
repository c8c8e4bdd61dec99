"""What an organization requires somebody to set up, as the Security page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import NotRequired, Overdue
from otpguard.exceptions import StoreUnavailable
from otpguard.http.enrollment import standing_of_request
from otpguard.labels import LEVELS, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """What has to be set up until when; `overdue` closes everything else until it is."""

    what: Text
    deadline: datetime
    overdue: bool


def due_line(request: HttpRequest) -> DueLine | None:
    """The line, or None for whom nothing is due, and while nobody can tell."""
    try:
        standing = standing_of_request(request)
    except StoreUnavailable:
        return None
    if isinstance(standing, NotRequired):
        return None
    return DueLine(
        what=LEVELS[max(standing.level or AssuranceLevel.AAL2, AssuranceLevel.AAL2)],
        deadline=standing.deadline,
        overdue=isinstance(standing, Overdue),
    )

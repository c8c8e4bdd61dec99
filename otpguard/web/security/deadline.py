"""What a person must set up for their tenant, as the Security page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import NotRequired, Overdue
from otpguard.exceptions import StoreUnavailable
from otpguard.http.enrollment import enrollment_status_of_request
from otpguard.labels import LEVELS, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """What has to be set up until when; `overdue` closes everything else until it is."""

    what: Text
    until: datetime
    overdue: bool


def deadline_of(request: HttpRequest) -> Deadline | None:
    """The deadline of the person; None when nothing is due or the database does not answer."""
    try:
        status = enrollment_status_of_request(request)
    except StoreUnavailable:
        return None
    if isinstance(status, NotRequired):
        return None
    return Deadline(
        what=LEVELS[max(status.level or AssuranceLevel.AAL2, AssuranceLevel.AAL2)],
        until=status.deadline,
        overdue=isinstance(status, Overdue),
    )

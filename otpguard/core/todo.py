"""What waits for an operator of the site, as codes. Words for them stand in `otpguard.labels`."""

from __future__ import annotations

from enum import StrEnum


class Todo(StrEnum):
    """One thing that needs a hand, the most urgent first."""

    EMERGENCY = "emergency"
    ROUTES = "routes"
    MESSAGES = "messages"
    APPROVALS = "approvals"
    HOLDS = "holds"
    CLOSURES = "closures"
    OVERDUE = "overdue"
    REFUSALS = "refusals"
    NOTICES = "notices"
    EXCEPTIONS = "exceptions"

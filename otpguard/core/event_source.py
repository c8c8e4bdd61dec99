"""Through which door something came."""

from __future__ import annotations

from enum import StrEnum


class EventSource(StrEnum):
    """`job`: code that no request started, as a worker's."""

    FORM = "form"
    API = "api"
    ADMIN = "admin"
    COMMAND = "command"
    JOB = "job"

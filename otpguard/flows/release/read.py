"""Say that somebody read or took away what is about others: the audit log, customer data."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.release import DataExported, DataRead
from otpguard.core.facts import RequestFacts
from otpguard.releases.jobs import arguments_text

FILTER_LENGTH = 500


def record_read(
    *, facts: RequestFacts, what: str, rows: int, filters: Mapping[str, str], checkpoint: str
) -> UUID:
    """Append `data.read` with what was looked at, how it was filtered and how many rows it had.

    `filters` are the names and values of the reader's choice, kept up to FILTER_LENGTH characters.
    Returns the event's id. Joins the caller's transaction.
    """
    said = DataRead(what=what, filter=_text(filters), rows=rows)
    return record(said, Circumstances.of(facts, checkpoint=checkpoint))


def record_export(
    *, facts: RequestFacts, what: str, rows: int, filters: Mapping[str, str], checkpoint: str
) -> UUID:
    """As `record_read`, for what was taken away without a release: `data.exported`."""
    said = DataExported(what=what, filter=_text(filters), rows=rows)
    return record(said, Circumstances.of(facts, checkpoint=checkpoint))


def _text(filters: Mapping[str, str]) -> str:
    return arguments_text(filters)[:FILTER_LENGTH] if filters else ""

"""From when on rows stay, and what one batch of a purge has deleted."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings as django_settings
from django.db.models import Model, QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.events.purge import RowsPurged
from otpguard.core.limits import LONGEST_WINDOW
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import connection

M = TypeVar("M", bound=Model)

BATCH = 500
"""How many rows one transaction deletes, with the rows that hang on them."""

DECISIONS_KEPT = timedelta(days=90)
"""How long it can be explained at most why a number got no code: each row has the number."""

PLACES_KEPT = timedelta(days=365)
"""How long a place of a login is known at least: people visit their family once a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows of each kind."""

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

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            **{
                each.name: getattr(self, each.name) + getattr(other, each.name)
                for each in fields(self)
            }
        )


NOTHING = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeTerms:
    """Rows that ended before these moments are deleted.

    Whole days in UTC, so that a day goes at once and not a row every minute. `sessions` is for
    login sessions that were ended, `usage` for uses of caps, `decisions` for those of the pumping
    defense, `spent` for tokens that are too old, `places` for places of logins.
    """

    rows: datetime
    grants: datetime
    sessions: datetime
    usage: datetime
    decisions: datetime
    spent: datetime
    places: datetime


def terms_of(now: datetime) -> PurgeTerms:
    """The terms of today, by the setting PURGE_AFTER_DAYS.

    No proof goes while django-otp's mark may hang on it, no end of a login while its web session
    may still be there, no use of a cap within the longest window.
    """
    kept = timedelta(days=settings().purge_after_days)
    web_session = timedelta(seconds=django_settings.SESSION_COOKIE_AGE)
    return PurgeTerms(
        rows=_midnight(now - kept),
        grants=_midnight(now - max(kept, settings().session_ceiling)),
        sessions=_midnight(now - max(kept, web_session)),
        usage=_midnight(now - LONGEST_WINDOW - CLOCK_SKEW),
        decisions=_midnight(now - min(kept, DECISIONS_KEPT)),
        spent=_midnight(now - CLOCK_SKEW),
        places=_midnight(now - max(PLACES_KEPT, 2 * settings().login_risk.terms.dormant)),
    )


def key_at(moment: datetime) -> UUID:
    """The lowest key of a row that is made at that moment.

    Keys carry their time, so old rows are a range of the primary key: no index has to be kept for
    a purge.
    """
    return uuid7(moment, bytes(RANDOM_BYTES))


def record_purged(counts: Counts, *, before: datetime, now: datetime) -> None:
    """Write the event of one batch, in the transaction that deletes it; none for nothing."""
    if counts == NOTHING:
        return
    found = {each.name: getattr(counts, each.name) for each in fields(counts)}
    record(RowsPurged(before=before.isoformat(), **found), Circumstances(now=now))


def locked(rows: QuerySet[M], most: int) -> list[M]:
    """At most so many of the rows, locked; those that another worker deletes are passed over."""
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(rows[:most])


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time.min, tzinfo=UTC)

"""Delete login sessions that ended, or whose web session is gone. Never one for its age alone.

A web session that is still in the store may be opened by a browser, however old it is. Its login
session stays: also an ended one, since without the row nothing would say that it was ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from otpguard import sessions
from otpguard.database import transaction
from otpguard.flows.purge.terms import NOTHING, Counts, PurgeTerms, locked, record_purged
from otpguard.models import LoginSession, TokenLogin
from otpguard.sessions import WebSession

Place = tuple[datetime, str]
"""Where a walk over the sessions stands: the start and the sid of the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """One part of the walk. `after` is where it goes on; None at its end."""

    counts: Counts = NOTHING
    after: Place | None = None


def purgeable_session(row: LoginSession, terms: PurgeTerms) -> bool:
    """True for a session that no browser and no app can come back to.

    Asks the store of web sessions, whose errors pass through.
    """
    app = TokenLogin.objects.filter(session=row.pk).first()
    if row.ended_at is None and app is not None:
        return app.expires_at < terms.rows
    web = sessions.web_session_of(row)
    if row.ended_at is None:
        return web is WebSession.GONE
    return row.ended_at < terms.sessions and web is not WebSession.THERE


def walk_sessions(
    *,
    terms: PurgeTerms,
    most: int,
    now: datetime,
    after: Place | None = None,
    dry_run: bool = False,
) -> Walked:
    """Look at one part of the old sessions and delete those that are over. Commits by itself.

    Deletes nothing while the store of web sessions does not answer: an empty answer of a cache that
    is down looks like a session that is gone. Locks the sessions while it asks, so that none gets
    another web session meanwhile.
    """
    with transaction.atomic():
        rows = locked(_old(terms, after), most)
        if not rows or not sessions.store_answers():
            return Walked()
        over = [row.pk for row in rows if purgeable_session(row, terms)]
        if not sessions.store_answers():
            return Walked()
        counts = Counts(sessions=len(over))
        if over and not dry_run:
            LoginSession.objects.filter(pk__in=over).delete()
            record_purged(counts, before=terms.rows, now=now)
    last = rows[-1]
    return Walked(counts=counts, after=(last.started_at, last.pk) if len(rows) == most else None)


def _old(terms: PurgeTerms, after: Place | None) -> QuerySet[LoginSession]:
    rows = LoginSession.objects.filter(
        Q(ended_at=None) | Q(ended_at__lt=terms.sessions), started_at__lt=terms.rows
    )
    if after is not None:
        at, sid = after
        rows = rows.filter(Q(started_at__gt=at) | Q(started_at=at, sid__gt=sid), started_at__gte=at)
    return rows.order_by("started_at", "sid")

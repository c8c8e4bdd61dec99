"""Which parts of the sweep would find anything now, asked in one statement: mostly none.

Every worker asks four times a second. The answer errs on the side of looking: each part then looks
for itself, and takes its rows by its own conditions.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.models import Challenge, Delivery, Notice
from otpguard.models.columns import Columns
from otpguard.models.prepared import prepared_cursor

STALE_AFTER = timedelta(seconds=2)
"""What is still queued after this was perhaps lost between commit and broker."""

_CHALLENGE, _DELIVERY, _NOTICE = Columns(Challenge, "due_at"), Columns(Delivery), Columns(Notice)
_OPEN = f"state = '{ChallengeState.OPEN}'"
# States of deliveries and of notices have the same names.
_UNSENT = (
    f"state IN ('{DeliveryState.QUEUED}', '{DeliveryState.SENDING}')"
    " AND (lease_until < %s OR (lease_until IS NULL AND created_at < %s))"
)
_ASKED = {
    "fell_back": (f"{_CHALLENGE.table} WHERE {_OPEN} AND due_at <= %s", 1),
    "requeued": (f"{_DELIVERY.table} WHERE {_UNSENT}", 2),
    "expired": (f"{_CHALLENGE.table} WHERE {_OPEN} AND expires_at <= %s", 1),
    "notices": (f"{_NOTICE.table} WHERE {_UNSENT}", 2),
    "errands": (f"{_DELIVERY.table} WHERE ask_at <= %s", 1),
    "told": (f"{_DELIVERY.table} WHERE tell_at <= %s", 1),
}
_SOME = [f"EXISTS (SELECT 1 FROM {where})" for where, _ in _ASKED.values()]  # noqa: S608 (constant)
_SQL = f"SELECT {', '.join(_SOME)}"


def due(now: datetime) -> frozenset[str]:
    """The names of those parts, as `Swept` calls them. Raises DatabaseError without a database."""
    moment, cutoff = _CHALLENGE.bind(now)[0], _CHALLENGE.bind(now - STALE_AFTER)[0]
    params = [each for _, count in _ASKED.values() for each in (moment, cutoff)[:count]]
    with prepared_cursor() as cursor:
        cursor.execute(_SQL, params)
        found = {name for name, some in zip(_ASKED, cursor.fetchone(), strict=True) if some}
    return frozenset("errands" if name == "told" else name for name in found)

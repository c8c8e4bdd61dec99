"""Read recorded decisions of the pumping defense as values, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from otpguard.core.challenge import ChallengeState
from otpguard.core.pumping.record import signals_from_json
from otpguard.core.pumping.replay import PastDecision
from otpguard.core.pumping.verdict import Action
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.models import PumpingDecision

CHUNK = 2_000
_COLUMNS = (
    "action",
    "signals",
    "price_micros",
    "released",
    "solved_level",
    "repeats",
    "challenge_id",
    "challenge__state",
)


def decisions_between(since: datetime, until: datetime) -> QuerySet[PumpingDecision]:
    """Decisions from `since` on and before `until`: a range of the primary key."""
    return PumpingDecision.objects.filter(pk__gte=_key(since), pk__lt=_key(until))


def past_decisions(rows: QuerySet[PumpingDecision]) -> Iterator[PastDecision]:
    """Each as a value, with what came of it, the oldest first; CHUNK rows are in memory at a time.

    Errors of the database pass through.
    """
    read = rows.order_by("pk").values_list(*_COLUMNS)
    for action, signals, price, released, solved, repeats, challenge, state in read.iterator(
        chunk_size=CHUNK
    ):
        yield PastDecision(
            action=Action[action.upper()],
            signals=signals_from_json(signals),
            price_micros=price,
            released=released,
            solved_level=solved,
            proven=_proven(challenge, state),
            times=repeats,
        )


def _proven(challenge: UUID | None, state: str | None) -> bool | None:
    """Whether the number was proven; None where its challenge was deleted since."""
    if challenge is None:
        return False
    return None if state is None else state == ChallengeState.VERIFIED.value


def _key(moment: datetime) -> UUID:
    return uuid7(moment, bytes(RANDOM_BYTES))

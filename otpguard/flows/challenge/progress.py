"""How far a challenge has come: what the code page shows and what its status address answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from otpguard.core import fallback
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.progress import OPEN_STAGES, Stage, Try, shown_try, stage_of
from otpguard.flows.challenge.resend import RESEND_AFTER, seconds_until_resend
from otpguard.models import Challenge, Delivery
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

TOLD_AFTER_END = timedelta(seconds=60)
"""How long the end of a challenge can be asked for: a page that slept a while learns of it."""

_CHALLENGE = Columns(
    Challenge,
    *("state", "plan", "step", "enrolls", "undeliverable"),
    *("last_sent_at", "due_at", "expires_at", "closed_at"),
)
_TRY = Columns(Delivery, "step", "state", "remote", "provider_ref")
_KEY = Columns(Challenge, "id")
# The challenge by its primary key, its few deliveries by the unique index (challenge, step), also
# in a generic plan: `tests/plans` holds it at a million rows.
_SQL = f"""
SELECT {_CHALLENGE.of("c")}, {_TRY.of("d")}
FROM {_CHALLENGE.table} c LEFT JOIN {_TRY.table} d ON d.challenge_id = %s
WHERE c.id = %s ORDER BY d.step
"""  # noqa: S608 (constant text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeProgress:
    """How far a challenge has come. Nothing here tells a number, a vendor or a channel.

    `state` is a Stage while the challenge is open, and a ChallengeState afterwards. `step` counts
    the messages and is that of the one that `state` and `delivered` are about; None before the
    first. `slow` means that its delivery is not confirmed, and that another way is tried unless a
    confirmation comes. `resend_at` is when the same way may be asked for again.
    """

    state: str
    step: int | None
    delivered: bool
    slow: bool
    resend_at: datetime
    resend_in: int

    @property
    def is_open(self) -> bool:
        """True while an answer is taken."""
        return self.state in OPEN_STAGES

    def document(self) -> dict[str, str | int | bool | None]:
        """What the status address answers."""
        return {
            "state": self.state,
            "step": self.step,
            "delivered": self.delivered,
            "resend_in": self.resend_in,
            "slow": self.slow,
        }

    def etag(self) -> str:
        """The same for answers that differ by the seconds that have passed, and by nothing else."""
        flags = f"{self.delivered:d}{self.slow:d}{self.resend_in > 0:d}"
        return f'W/"{self.state}-{self.step}-{flags}-{self.resend_at.timestamp():.3f}"'


def read_progress(challenge_id: UUID, *, now: datetime) -> ChallengeProgress | None:
    """How far a challenge has come, in one statement.

    Returns None for one that is unknown, or that ended more than TOLD_AFTER_END ago. Raises
    DatabaseError without a database. Locks nothing.
    """
    [key] = _KEY.bind(challenge_id)
    with prepared_cursor() as cursor:
        cursor.execute(_SQL, [key, key])
        rows = cursor.fetchall()
    if not rows:
        return None
    width = len(_CHALLENGE)
    challenge = _CHALLENGE.read(rows[0][:width])
    ended_at = min(challenge.closed_at or challenge.expires_at, challenge.expires_at)
    if now > ended_at + TOLD_AFTER_END:
        return None
    tries = [_TRY.read(row[width:]) for row in rows if row[width] is not None]
    return progress_of(challenge, tries, now=now)


def progress_of(challenge: Challenge, tries: Sequence[Try], *, now: datetime) -> ChallengeProgress:
    """The same from rows that were read; `tries` are its deliveries in the order of their steps."""
    shown = shown_try(tries)
    lapsed = challenge.state == ChallengeState.OPEN and challenge.expires_at <= now
    state = ChallengeState.EXPIRED if lapsed else challenge.state
    stage = stage_of(state, shown, undeliverable=challenge.undeliverable)
    delivered = shown is not None and shown.state == DeliveryState.DELIVERED
    following = fallback.next_step(challenge.plan, challenge.step, unproven=challenge.enrolls)
    waits = challenge.due_at is not None and following is not None
    return ChallengeProgress(
        state=stage,
        step=None if shown is None else shown.step,
        delivered=delivered,
        slow=stage == Stage.SENT and not delivered and waits,
        resend_at=challenge.last_sent_at + RESEND_AFTER,
        resend_in=seconds_until_resend(challenge, now=now),
    )

"""Send a stream's events in their order: one sender at a time, each event at least once.

As for notices, a conditional update claims the row, the receiver is spoken to with no transaction
open, and after a lease another worker takes over from one that died. The cursor moves only after
the receiver has taken a batch, so a crash in between sends the batch again, under the same id.
Events wait in the log itself: a receiver that is away costs a request nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event as EventValue
from otpguard.core.events.siem.stream import StreamRecovered, StreamRefused
from otpguard.core.siem.answer import SinkAnswer, wait_after
from otpguard.core.siem.sent_event import MOST_EVENTS, first_batch
from otpguard.database import transaction
from otpguard.flows.due import LEASE
from otpguard.flows.siem.event_window import EventWindow, read_window, sent_events
from otpguard.flows.siem.stream_fields import fields_of
from otpguard.flows.siem.trouble import tell_of_failing
from otpguard.flows.siem.verification_calls import calls_that_wait
from otpguard.models import DeadLetter, Event, LogStream
from otpguard.models.fields import REASON_LENGTH
from otpguard.siem.receivers import hand_over

TURN = timedelta(seconds=15)
"""How long one task goes on with a stream before others get their turn."""
EVERY = timedelta(seconds=1)
"""How soon a stream that has sent everything is looked at again."""
LOOK_EVERY = timedelta(seconds=60)
"""How often it is read even if the newest event of its tenant is not new."""
MOST_REFUSALS = 10
"""After as many refused events in a row the receiver is at fault, and no event is given up."""
MOST_REPLAYS = 100

_OF_STREAMS = "siem."

Clock = Callable[[], datetime]
HandOver = Callable[..., SinkAnswer]


@dataclass(slots=True)
class _Turn:
    """How far one task has come with its stream."""

    row: LogStream
    most: int = MOST_EVENTS
    sent: int = 0


def send_stream(*, stream_id: str, clock: Clock, hand: HandOver = hand_over) -> int:
    """Send what waits in one stream, for `TURN` at most; returns how many events were taken.

    0 also if it is claimed elsewhere, paused, gone or not due. Commits after each batch. Must not
    be called inside a transaction. Raises DatabaseError; the lease then ends by itself.
    """
    row = _claimed(stream_id, clock())
    if row is None:
        return 0
    turn, ends = _Turn(row), clock() + TURN
    if not _replay(turn, clock, hand):
        return turn.sent
    while _step(turn, clock, hand, is_last=clock() >= ends):
        pass
    return turn.sent


def _claimed(stream_id: str, now: datetime) -> LogStream | None:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = LogStream.objects.filter(
        free, pk=stream_id, state=LogStream.State.ACTIVE, next_at__lte=now
    )
    if due.filter(calls_that_wait()).exists():
        return None
    if not due.update(lease_until=now + LEASE, queued_until=None, claim=F("claim") + 1):
        return None
    return LogStream.objects.filter(pk=stream_id).first()


def _mine(row: LogStream) -> QuerySet[LogStream]:
    """The row, unless another worker has claimed it since."""
    return LogStream.objects.filter(pk=row.pk, claim=row.claim)


def _keep(row: LogStream, now: datetime) -> bool:
    """Prolong the lease; False when the claim is lost or somebody has paused the stream."""
    active = _mine(row).filter(state=LogStream.State.ACTIVE)
    return active.update(lease_until=now + LEASE) > 0


def _step(turn: _Turn, clock: Clock, hand: HandOver, *, is_last: bool) -> bool:
    """One batch; True to go on."""
    row = turn.row
    window = read_window(row, most=turn.most)
    events = first_batch(sent_events(row, window.rows))
    if not events:
        return _moved(turn, window, SinkAnswer(), clock(), goes_on=not is_last)
    answer = hand(row, events, now=clock())
    if answer.too_much and len(events) > 1:
        # Half as many at a time leads to the one that is refused, and past it.
        turn.most = len(events) // 2
        return _keep(row, clock())
    if answer.too_much:
        answer = SinkAnswer(taken=1, refused={0: answer.trouble}, wait=answer.wait)
    turn.most = min(turn.most * 2, MOST_EVENTS)
    return _moved(turn, window, _without_blame(row, answer), clock(), goes_on=not is_last)


def _without_blame(row: LogStream, answer: SinkAnswer) -> SinkAnswer:
    """The answer; a failure of the receiver where it has refused one event after another."""
    nothing = bool(answer.refused) and len(answer.refused) == answer.taken
    if not nothing or row.refusals + len(answer.refused) <= MOST_REFUSALS:
        return answer
    said = next(iter(answer.refused.values()))
    return SinkAnswer(trouble=f"it refuses every event: {said}", wait=answer.wait)


def _moved(
    turn: _Turn,
    window: EventWindow,
    answer: SinkAnswer,
    now: datetime,
    *,
    goes_on: bool,
) -> bool:
    """Record what came of a batch, unless the claim is lost; True to go on."""
    row, all_sent = turn.row, answer.taken == len(window.rows)
    if all_sent:
        row.xact, row.event = window.xact, window.event
    elif answer.taken:
        last = window.rows[answer.taken - 1]
        row.xact, row.event = last.xact, last.pk
    has_more = not all_sent or window.has_more
    goes_on = goes_on and has_more and not answer.trouble
    changed = {"xact": row.xact, "event": row.event, **_health(row, answer, now)}
    if not answer.trouble:
        changed["next_at"] = now if has_more else now + EVERY
        changed["look_at"] = now + LOOK_EVERY
    changed["lease_until"] = now + LEASE if goes_on else None
    with transaction.atomic():
        if not _mine(row).update(**changed):
            return False
        _keep_refused(row, answer, window.rows, now)
        _tell(row, answer, now)
    turn.sent += answer.taken - len(answer.refused)
    for name in ("refusals", "failures", "failing_since", "told_at"):
        setattr(row, name, changed.get(name, getattr(row, name)))
    return goes_on and _keep(row, now)


def _health(row: LogStream, answer: SinkAnswer, now: datetime) -> dict[str, object]:
    """The columns that say how it goes."""
    found: dict[str, object] = {}
    taken = answer.taken - len(answer.refused)
    if taken:
        found |= {"sent": F("sent") + taken, "sent_at": now, "refusals": 0}
    elif answer.refused:
        found["refusals"] = row.refusals + len(answer.refused)
    if answer.trouble:
        wait = wait_after(row.failures + 1, dice=random.random(), asked=answer.wait)  # noqa: S311 (no secret)
        found |= {
            "failures": row.failures + 1,
            "failing_since": now if taken else row.failing_since or now,
            "trouble": answer.trouble[:REASON_LENGTH],
            "next_at": now + wait,
        }
    elif answer.taken and row.failures:
        found |= {"failures": 0, "failing_since": None, "told_at": None, "trouble": ""}
    return found


def _keep_refused(row: LogStream, answer: SinkAnswer, rows: Sequence[Event], now: datetime) -> None:
    letters = [
        DeadLetter(stream=row, event=rows[place].pk, reason=reason[:REASON_LENGTH], at=now)
        for place, reason in answer.refused.items()
    ]
    DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)
    for place, reason in answer.refused.items():
        # Of an event about a stream there is none, or one refusal would lead to the next.
        if not rows[place].kind.startswith(_OF_STREAMS):
            said = StreamRefused(**fields_of(row), event=str(rows[place].pk), reason=reason)
            _record(row, said, now)


def _tell(row: LogStream, answer: SinkAnswer, now: datetime) -> None:
    if answer.trouble:
        tell_of_failing(row, reason=answer.trouble, now=now)
    elif answer.taken and row.told_at is not None and row.failing_since is not None:
        since = row.failing_since.isoformat()
        _record(row, StreamRecovered(**fields_of(row), since=since), now)


def _record(row: LogStream, said: EventValue, now: datetime) -> None:
    record(said, Circumstances(now=now, tenant=str(row.tenant_id or "")))


def _replay(turn: _Turn, clock: Clock, hand: HandOver) -> bool:
    """Offer refused events once more, each by itself; False when the claim or the receiver is
    lost."""
    row = turn.row
    waiting = DeadLetter.objects.filter(stream=row, replay_at__isnull=False).order_by("id")
    for letter in waiting[:MOST_REPLAYS]:
        found = Event.objects.filter(pk=letter.event).first()
        if found is None:
            letter.delete()
            continue
        answer = hand(row, sent_events(row, [found]), now=clock())
        now = clock()
        if answer.taken and not answer.refused:
            turn.sent += 1
            letter.delete()
        elif answer.too_much or answer.refused:
            said = answer.trouble or next(iter(answer.refused.values()), "")
            DeadLetter.objects.filter(pk=letter.pk).update(
                replay_at=None, reason=said[:REASON_LENGTH], at=now
            )
        else:
            nothing = EventWindow(rows=(found,), xact=row.xact, event=row.event, has_more=True)
            return _moved(turn, nothing, answer, now, goes_on=False)
        if not _keep(row, now):
            return False
    return True

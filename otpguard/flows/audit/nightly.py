"""Check the audit log each night, and when an operator asks for it.

The nightly check reads all that was sealed since the one before it, the heads, and a sample of old
events. What it finds is an event, a signal and an error of the doctor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.logs import log_of, origin_of
from otpguard.audit.recorder import record
from otpguard.core.advice import Findings, error, ok, warning
from otpguard.core.events.audit.log import LogDamaged
from otpguard.core.sealing.damage import Damage, Damaged
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import transaction
from otpguard.flows.audit.prove import ProofState, prove_event
from otpguard.flows.audit.verify import verify_heads, verify_log
from otpguard.models import ALL_HEADS, AuditSchedule, Event, LogCheck, Seal
from otpguard.queue import CHECK_LOG, enqueue
from otpguard.signals import audit_log_was_damaged

logger = logging.getLogger("otpguard.audit")

NIGHTLY = timedelta(days=1)
AGAIN = timedelta(minutes=1)
"""How soon the sweep looks for checks that were lost with their worker."""
LEASE = timedelta(minutes=5)
"""A check that has said nothing for so long has died with its worker."""
SAMPLE = 200
"""How many old events a nightly check proves, each for itself."""
MOST_TOLD = 20
"""How many damages are kept as text."""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LATE = timedelta(days=2)
TOPIC = "audit log"


@dataclass(slots=True)
class _Found:
    events: int = 0
    damages: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, damages: Iterable[Damaged]) -> None:
        for each in damages:
            self.damages += 1
            if len(self.told) < MOST_TOLD:
                self.told.append(str(each))


def ask_check(*, log: UUID, now: datetime) -> LogCheck:
    """Ask for a check of one whole log; a worker runs it. Commits, or joins the transaction."""
    with transaction.atomic():
        running = LogCheck.objects.filter(log=log, since=None, finished_at=None)
        check = running.select_for_update().first()
        if check is None:
            check = LogCheck.objects.create(log=log, asked_at=now, lease_until=now + LEASE)
            enqueue(CHECK_LOG, check_id=str(check.pk))
    return check


def enqueue_checks(*, now: datetime) -> int:
    """Start the nightly check when it is due, and those again that were lost; the part of the
    sweep. Commits."""
    with transaction.atomic():
        schedule = AuditSchedule.objects.select_for_update().filter(pk=1, verify_at__lte=now)
        if schedule.first() is None:
            return 0
        last = newest_nightly()
        is_due = last is None or last.asked_at <= now - NIGHTLY
        if is_due:
            began = last.asked_at if last else LONG_AGO
            LogCheck.objects.create(log=ALL_HEADS, asked_at=now, since=began)
        lost = LogCheck.objects.filter(finished_at=None).filter(
            Q(lease_until=None) | Q(lease_until__lt=now)
        )
        keys = list(lost.values_list("pk", flat=True))
        LogCheck.objects.filter(pk__in=keys).update(lease_until=now + LEASE)
        for pk in keys:
            enqueue(CHECK_LOG, check_id=str(pk))
        AuditSchedule.objects.filter(pk=1).update(verify_at=now + AGAIN)
    return len(keys)


def run_check(*, check_id: int, clock: Callable[[], datetime]) -> LogCheck | None:
    """Run one check, and say how far it is every thousand events. None if it has ended already.

    Damage is recorded as an event and told by the signal `audit_log_was_damaged`. Commits; raises
    DatabaseError, and then the sweep starts it again.
    """
    check = LogCheck.objects.filter(pk=check_id, finished_at=None).first()
    if check is None:
        return None
    found = _Found()
    for _ in _whole(check, found) if check.since is None else _new(check, found):
        LogCheck.objects.filter(pk=check.pk).update(
            events=found.events, lease_until=clock() + LEASE
        )
    return _ended(check, found, clock())


def newest_nightly() -> LogCheck | None:
    """The newest nightly check."""
    return LogCheck.objects.filter(log=ALL_HEADS).order_by("-pk").first()


def on_checks(last: LogCheck | None, now: datetime) -> Findings:
    """What the doctor says of the nightly check."""
    if last is None:
        return ()
    if last.damages:
        said = f"The check of {last.asked_at:%Y-%m-%d} found {last.damages} damages: "
        return error(TOPIC, said + last.detail.partition("\n")[0])
    if now - last.asked_at > LATE:
        return warning(TOPIC, "It was not checked for two days. Is a worker running?")
    if last.finished_at is None:
        return ()
    return ok(TOPIC, f"Checked at {last.finished_at:%Y-%m-%d %H:%M}: {last.events} events hold.")


def _whole(check: LogCheck, found: _Found) -> Iterator[None]:
    """One log from its first event to its last."""
    for step in verify_log(check.log):
        found.events = step.events
        found.add(step.damages)
        yield


def _new(check: LogCheck, found: _Found) -> Iterator[None]:
    """All that was sealed since the check before, the heads, and some old events."""
    grown = Seal.objects.exclude(log=ALL_HEADS).filter(at__gte=check.since)
    for log in grown.order_by("log").values_list("log", flat=True).distinct():
        before = found.events
        for step in verify_log(log, since=check.since):
            found.events = before + step.events
            found.add(step.damages)
            yield
    found.add(verify_heads(since=check.since).damages)
    yield
    for event in _sample(check.asked_at):
        found.events += 1
        if prove_event(event).state is ProofState.BROKEN:
            name = origin_of(log_of(event.tenant_id))
            found.add([Damaged(damage=Damage.NOT_GENUINE, log=name, event=str(event.pk))])
        yield


def _sample(now: datetime) -> Iterator[Event]:
    """Old events at moments by chance, one read each: never a scan of the table. All of a few."""
    few = list(Event.objects.order_by("pk")[: SAMPLE + 1])
    if len(few) <= SAMPLE:
        yield from few
        return
    first, last = few[0].pk.int, uuid7(now, bytes(RANDOM_BYTES)).int
    for _ in range(SAMPLE):
        at = UUID(int=first + uuid4().int % max(last - first, 1))
        yield Event.objects.filter(pk__gte=at).order_by("pk").first() or few[0]


def _ended(check: LogCheck, found: _Found, now: datetime) -> LogCheck:
    check.events, check.damages, check.finished_at = found.events, found.damages, now
    check.detail = "\n".join(found.told)
    with transaction.atomic():
        check.save(update_fields=["events", "damages", "finished_at", "detail"])
        if found.damages:
            name = origin_of(check.log)
            record(
                LogDamaged(log=name, damages=found.damages, found=found.told[0]),
                Circumstances(now=now),
            )
            told = partial(
                audit_log_was_damaged.send_robust, sender=LogCheck, log=name, damages=found.damages
            )
            transaction.on_commit(told)
            logger.critical("the audit log is damaged: %s", found.told[0])
    return check

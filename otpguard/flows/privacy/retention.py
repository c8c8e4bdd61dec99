"""Delete events whose term is over: the beginning of a log, never something in its midst.

All hashes, seals and tiles stay, so what remains is proven as before. An event of the same log says
up to which index events are gone; without it a check of the log calls each of them removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.logs import origin_of, sealed_events
from otpguard.audit.recorder import record
from otpguard.audit.retained import purged_of, rows_of
from otpguard.core.events.audit.log import RetentionPurged
from otpguard.core.facts import RequestFacts
from otpguard.core.retention import purge_before, years_of
from otpguard.core.sealing.purged import FLOOR
from otpguard.core.sealing.tree import leaf_hash
from otpguard.database import transaction
from otpguard.flows.scope import check_site
from otpguard.models import ALL_HEADS, SITE_EVENTS, LegalHold, Seal, Tenant

STEP = 5_000
"""The most events that one transaction deletes. A seal covers at most a thousand."""
LOGS = 50
"""How many logs one step of the nightly purge looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgePlan:
    """What is due in one log: the events from index `first` up to, not with, `below`, all sealed
    before `before`. `held` says that a legal hold keeps some that would be due."""

    log: UUID
    origin: str
    years: int
    before: datetime
    first: int
    below: int
    held: bool = False
    seal: Seal | None = None

    @property
    def due(self) -> int:
        """How many events."""
        return self.below - self.first


class NotWholeError(Exception):
    """The beginning of a log is not as it was sealed. Deleting it would hide what was done."""


def logs_after(last: UUID | None = None) -> Iterator[UUID]:
    """Every log with a seal behind this one, besides that of all heads. One small read each."""
    while True:
        seals = Seal.objects.exclude(log=ALL_HEADS).order_by("log", "size")
        found = seals.filter(log__gt=last) if last is not None else seals
        last = found.values_list("log", flat=True).first()
        if last is None:
            return
        yield last


def plan_purge(*, log: UUID, now: datetime, most: int | None = None) -> PurgePlan:
    """What is due in one log, at most `most` events of it. Reads only; raises DatabaseError."""
    tenant = Tenant.objects.filter(pk=log).first()
    years = years_of(tags=tenant.tags, industry=tenant.industry) if tenant else years_of()
    before, purged = min(purge_before(now=now, years=years), now - FLOOR), purged_of(log)
    first = purged.below if purged else 0
    seals = Seal.objects.filter(log=log, size__gt=first)
    oldest = seals.order_by("size").only("at").first()
    due = allowed = None
    if oldest is not None and oldest.at < before:
        if most is not None:
            seals = seals.filter(size__lte=first + most)
        due = seals.filter(at__lt=before).order_by("-size").first()
        allowed = None if tenant is not None and tenant.legal_hold else _before_holds(log, due)
    return PurgePlan(
        log=log,
        origin=origin_of(log),
        years=years,
        before=before,
        first=first,
        below=allowed.size if allowed is not None and allowed.size > first else first,
        held=due is not None and due != allowed,
        seal=allowed,
    )


def purge_log(*, facts: RequestFacts, log: UUID, most: int = STEP) -> PurgePlan:
    """Delete what is due in one log, at most `most` events, and write `retention.purged` there.

    Returns what was deleted. One transaction of its own, which locks the oldest seal of the log and
    its tenant's row, so that of two at once the second finds nothing. Raises NotAllowed within a
    tenant, NotWholeError where an event is missing or changed, InsideTransaction, and
    DatabaseError; nothing is deleted then.
    """
    check_site(facts)
    with transaction.durable("purge_log"):
        list(Tenant.objects.select_for_update(of=("self",), no_key=True).filter(pk=log))
        Seal.objects.select_for_update().filter(log=log, first=0).first()
        plan = plan_purge(log=log, now=facts.now, most=most)
        if plan.seal is None or not plan.due:
            return plan
        _check_whole(plan)
        said = RetentionPurged(
            first=plan.first,
            below=plan.below,
            before=plan.before.isoformat(),
            years=plan.years,
            root=bytes(plan.seal.root).hex(),
        )
        # First the event: the triggers let go what it covers, and nothing else.
        record(said, Circumstances.of(facts, tenant=_tenant(log), subject=""))
        sealed_events(log, plan.seal).order_by().delete()
    return plan


class NightlyPurge:
    """The purge of one process: how far it is among the logs, and until when it rests."""

    def __init__(self) -> None:
        self._after: UUID | None = None
        self._rests_until: datetime | None = None

    def step(self, *, now: datetime) -> int | None:
        """Delete one step of the next log in which something is due. How many events; None once all
        logs are done, until the next midnight (UTC). Looks at some logs, commits each by itself.

        Raises DatabaseError and NotWholeError; the next step goes on with the log after.
        """
        if self._rests_until is not None and now < self._rests_until:
            return None
        facts = RequestFacts(now=now)
        for number, log in enumerate(logs_after(self._after), 1):
            before, self._after = self._after, log
            if plan_purge(log=log, now=now, most=STEP).due:
                found = purge_log(facts=facts, log=log)
                if found.due:
                    self._after = before  # there may be more of it
                return found.due
            if number == LOGS:
                return 0
        self._after = None
        tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
        self._rests_until = datetime.combine(tomorrow, time.min, tzinfo=UTC)
        return None


def _check_whole(plan: PurgePlan) -> None:
    """Compare each event that is about to go with the hash that was sealed."""
    seals = Seal.objects.filter(log=plan.log, size__gt=plan.first, size__lte=plan.below)
    sealed = b"".join(map(bytes, seals.order_by("size").values_list("leaves", flat=True)))
    found = sealed_events(plan.log, plan.seal).values_list("body", flat=True)
    hashes = (leaf_hash(body.encode(errors="surrogatepass")) for body in found[: plan.due + 1])
    if b"".join(hashes) != sealed:
        raise NotWholeError(f"{plan.origin} is damaged before #{plan.below}: verify it first")


def _tenant(log: UUID) -> str:
    return "" if log == SITE_EVENTS else str(log)


def _before_holds(log: UUID, due: Seal | None) -> Seal | None:
    """The newest seal up to this one that covers no event of a person under a legal hold."""
    users = list(LegalHold.objects.filter(lifted_at=None).values_list("user_key", flat=True))
    if due is None or not users:
        return due
    theirs = rows_of(log).filter(Q(subject_ref__in=users) | Q(actor_ref__in=users))
    kept = theirs.order_by("xact", "pk").only("xact").first()
    if kept is None:
        return due
    earlier = Q(last_xact__lt=kept.xact) | Q(last_xact=kept.xact, last_event__lt=kept.pk)
    seals = Seal.objects.filter(earlier, log=log, size__lte=due.size)
    return seals.order_by("-size").first()

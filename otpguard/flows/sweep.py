"""One round of the sweep: due fallback timers, stale deliveries and notices, expiries (C9).

Every worker runs this a few times a second. On PostgreSQL rows are taken with SKIP LOCKED, so
workers share the load; each effect is a conditional change, so a repeat does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from django.db.models import Q, QuerySet

from otpguard.audit.recorder import record_all
from otpguard.core.audience import STILL_TOLD
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.events.challenge import ChallengeExpired
from otpguard.core.outcome import Failure
from otpguard.database import connection, transaction
from otpguard.flows.approval.approve import lapse_approvals
from otpguard.flows.audit.nightly import enqueue_checks
from otpguard.flows.audit.publish import enqueue_publishing
from otpguard.flows.audit.restore import look_once
from otpguard.flows.audit.seal import seal_events
from otpguard.flows.delivery import vendor_calls
from otpguard.flows.delivery.caps import is_one_tenant_at_a_time
from otpguard.flows.delivery.event_context import circumstances_of
from otpguard.flows.delivery.fallback import Fallen, fall_back
from otpguard.flows.delivery.timers import read_sent, take_due
from otpguard.flows.delivery.vendor_closing import schedule_closing
from otpguard.flows.due import STALE_AFTER, due
from otpguard.flows.emergency.close import close_over
from otpguard.flows.notice.notify import CALLED_AGAIN_AFTER
from otpguard.flows.pumping.forget_old import forget_old_outcomes
from otpguard.flows.siem.due_streams import enqueue_due_streams
from otpguard.flows.siem.stream_change import forget_old_secrets
from otpguard.flows.tenant.exception_expiry import close_expired
from otpguard.limits.money import DAY_HOURS, hour_at
from otpguard.models import (
    Challenge,
    Delivery,
    EmailChange,
    FactorRemoval,
    KeptForm,
    Notice,
    NoticeEmail,
    Receipt,
    ResetLink,
    ResetRequest,
    SpendCharge,
    SpendWindow,
)
from otpguard.models.password_reset import UNDO_LIFE
from otpguard.queue import DELIVER, NOTIFY, SEND_RESET_LINK, enqueue_all

Row = TypeVar("Row", Challenge, Delivery, Notice, ResetRequest)

BATCH = 100
MOST_BATCHES = 20
"""The most timers in one round, so the other parts of the sweep get their turn."""
REMOVALS_KEPT = timedelta(days=30)
"""The longest wait that a policy can ask for: until then it counts that a factor was removed."""
STALE_AT_MOST = timedelta(seconds=30)
"""The longest time before the same delivery is enqueued again."""
WINDOWS_KEPT_DAYS = 35
"""How long the counters of money are kept: a habit is read from the last 28 days."""
CHARGES_KEPT_HOURS = 48
"""How long what a challenge has charged is kept; by then it has ended, proven or not."""
RECEIPTS_KEPT = timedelta(days=30)
"""How long receipts of vendors are kept; by then all their challenges have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How much work one round did."""

    fell_back: int = 0
    requeued: int = 0
    expired: int = 0
    notices: int = 0
    resets: int = 0
    vendor_calls: int = 0
    sealed: int = 0
    streams: int = 0
    published: int = 0
    checked: int = 0

    @property
    def rows(self) -> int:
        """All of it."""
        sent = self.fell_back + self.requeued + self.notices + self.resets
        of_log = self.sealed + self.published + self.checked + self.streams
        return sent + self.expired + self.vendor_calls + of_log


def sweep(*, now: datetime) -> Swept:
    """Run one round. Commits each part by itself.

    If parts fail, the others still run; then raises ExceptionGroup.
    """
    found: dict[str, int] = {}
    errors: list[Exception] = []
    wanted = due(now)
    for name, part in _PARTS.items():
        if name not in wanted:
            continue
        try:
            found[name] = part(now)
        except Exception as error:  # noqa: BLE001 (raised below: one part must not stop another)
            errors.append(error)
    if errors:
        raise ExceptionGroup("parts of the sweep failed", errors)
    return Swept(**found)


def purge_old_rows(*, now: datetime) -> int:
    """Delete expired kept forms, long removed e-mail addresses, old receipts of vendors, removals
    of factors and resets of passwords that no wait remembers any more, old counters of money,
    replaced secrets of webhooks, and what no longer speaks about prefixes.

    Approvals that were not decided in time are closed, and so are exceptions and
    emergency access that have expired.
    """
    lapse_approvals(now=now)
    close_expired(now=now)
    close_over(now=now)
    forms, _ = KeptForm.objects.filter(expires_at__lte=now).delete()
    emails, _ = NoticeEmail.objects.filter(removed_at__lte=now - STILL_TOLD).delete()
    receipts, _ = Receipt.objects.filter(at__lte=now - RECEIPTS_KEPT).delete()
    hour = hour_at(now)
    SpendCharge.objects.filter(hour__lt=hour - CHARGES_KEPT_HOURS).delete()
    SpendWindow.objects.filter(hour__lt=hour - WINDOWS_KEPT_DAYS * DAY_HOURS).delete()
    removals, _ = FactorRemoval.objects.filter(at__lte=now - REMOVALS_KEPT).delete()
    EmailChange.objects.filter(changed_at__lte=now - UNDO_LIFE).delete()
    forget_old_secrets(now=now)
    links, _ = ResetLink.objects.filter(created_at__lte=now - REMOVALS_KEPT).delete()
    return forms + emails + receipts + removals + links + forget_old_outcomes(now=now)


def _taken(rows: QuerySet[Row]) -> list[Row]:
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows[:BATCH])


def _timers(now: datetime) -> int:
    """Take all that are due, one transaction per batch: a burst must not wait for later rounds."""
    found = 0
    one_tenant = is_one_tenant_at_a_time()
    for _ in range(MOST_BATCHES):
        fired = _fire(now, one_tenant=one_tenant)
        found += fired
        if fired < (1 if one_tenant else BATCH):
            break
    return found


def _fire(now: datetime, *, one_tenant: bool) -> int:
    with transaction.atomic():
        due = take_due(now, most=BATCH, one_tenant=one_tenant)
        sent = read_sent(due)
        fallen = [_fallen(challenge, sent[challenge.pk]) for challenge in due]
        fall_back(fallen, now=now, sent=sent)
    return len(due)


def _fallen(challenge: Challenge, sent: Sequence[Delivery]) -> Fallen:
    """Why its step has failed: as the vendor said, if it said anything."""
    for row in sent:
        if row.step == challenge.step and row.state == DeliveryState.FAILED and row.failure:
            failure = Failure(row.failure)
            final = not failure.may_fall_back
            return Fallen(challenge=challenge, reason=f"receipt: {failure}", final=final)
    return Fallen(challenge=challenge, reason="no receipt in time")


def _stale(now: datetime) -> int:
    """Deliveries that were lost between commit and broker, or with their worker.

    A row is enqueued again when it is twice as old as the last time, so a long queue does not grow
    longer.
    """
    lost = Q(state=DeliveryState.QUEUED.value, created_at__lt=now - STALE_AFTER) & (
        Q(lease_until=None) | Q(lease_until__lt=now)
    )
    dead = Q(state=DeliveryState.SENDING.value, lease_until__lt=now)
    with transaction.atomic():
        found = _taken(Delivery.objects.filter(lost | dead).order_by("created_at"))
        for row in found:
            row.state = DeliveryState.QUEUED.value
            row.lease_until = now + max(STALE_AFTER, min(now - row.created_at, STALE_AT_MOST))
        Delivery.objects.bulk_update(found, ["state", "lease_until"])
        enqueue_all(DELIVER, [{"delivery_id": str(row.pk)} for row in found])
    return len(found)


def _notices(now: datetime) -> int:
    """Notices whose next try is due, and those lost in the broker or with their worker."""
    due = Q(state=Notice.State.QUEUED, lease_until__lt=now)
    lost = Q(state=Notice.State.QUEUED, lease_until=None, created_at__lt=now - STALE_AFTER)
    dead = Q(state=Notice.State.SENDING, lease_until__lt=now)
    with transaction.atomic():
        found = _taken(Notice.objects.filter(due | lost | dead).only("pk"))
        keys = [notice.pk for notice in found]
        # As above; the claim takes a lease as short as this one for due.
        Notice.objects.filter(pk__in=keys).update(
            state=Notice.State.QUEUED, lease_until=now + CALLED_AGAIN_AFTER
        )
        enqueue_all(NOTIFY, [{"notice_id": str(pk)} for pk in keys])
    return len(found)


def _resets(now: datetime) -> int:
    """Requests to reset a password that were lost in the broker or with their worker."""
    with transaction.atomic():
        found = _taken(ResetRequest.objects.filter(due_at__lte=now).only("pk"))
        keys = [row.pk for row in found]
        ResetRequest.objects.filter(pk__in=keys).update(due_at=now + STALE_AT_MOST)
        enqueue_all(SEND_RESET_LINK, [{"request_id": str(pk)} for pk in keys])
    return len(found)


def _expiries(now: datetime) -> int:
    with transaction.atomic():
        over = _taken(
            Challenge.objects.filter(state=ChallengeState.OPEN.value, expires_at__lte=now).order_by(
                "expires_at"
            )
        )
        keys = [challenge.pk for challenge in over]
        Challenge.objects.filter(pk__in=keys).update(
            state=ChallengeState.EXPIRED.value, closed_at=now, due_at=None
        )
        record_all([(ChallengeExpired(), circumstances_of(each, now)) for each in over])
        schedule_closing(keys, now=now)
    return len(over)


def _sealed(now: datetime) -> int:
    """Put new audit events into their trees."""
    look_once()
    return seal_events(now=now).events


def _published(now: datetime) -> int:
    """Send new heads to the places outside."""
    return enqueue_publishing(now=now)


def _checked(now: datetime) -> int:
    """Check what is new in the log, once a night."""
    return enqueue_checks(now=now)


_PARTS: Mapping[str, Callable[[datetime], int]] = MappingProxyType(
    {
        "fell_back": _timers,
        "requeued": _stale,
        "expired": _expiries,
        "notices": _notices,
        "resets": _resets,
        "vendor_calls": vendor_calls.enqueue_overdue_calls,
        "sealed": _sealed,
        "streams": enqueue_due_streams,
        "published": _published,
        "checked": _checked,
    }
)
"""The parts of a round, by the field of Swept that counts them."""

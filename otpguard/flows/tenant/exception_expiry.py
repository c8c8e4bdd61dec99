"""What the sweep does about exceptions: remind before they expire, and close what has expired.

Neither decides what counts: the policy goes by the date of every exception.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.events.tenant import ExceptionExpired, ExceptionReminded
from otpguard.core.facts import RequestFacts
from otpguard.core.policy_exception import reminder_is_due
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.models import PolicyException
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.administrators import administrators_of, operators

BATCH = 100


def remind_of_exceptions(*, now: datetime) -> int:
    """Tell the owner and the tenant's administrators of each exception that expires soon, once.

    How long before is the setting EXCEPTION_REMINDER_DAYS; 0 reminds nobody. Without an owner who
    can be told, the operators of the site are. Each is a transaction of its own: of two workers one
    reminds. Returns how many exceptions it was.
    """
    ahead = timedelta(days=settings().exception_reminder_days)
    soon = PolicyException.objects.running(now).filter(
        reminded_at=None, expires_at__lte=now + ahead
    )
    found = 0
    for row in soon.select_related("owner").order_by("expires_at")[:BATCH]:
        if not reminder_is_due(
            created_at=row.created_at, expires_at=row.expires_at, ahead=ahead, now=now
        ):
            continue
        with transaction.atomic():
            found += _remind(row, now)
    return found


def close_expired(*, now: datetime, which: Q | None = None) -> int:
    """Write down that exceptions have expired, each with an event; returns how many.

    A transaction of its own for each. `which` narrows it to some, for making room for a new one;
    the sweep leaves a moment, because clocks differ.
    """
    over = PolicyException.objects.filter(
        Q(expires_at__lte=now - CLOCK_SKEW) if which is None else which & Q(expires_at__lte=now),
        ended_at=None,
    )
    closed = 0
    for row in over.order_by("expires_at")[:BATCH]:
        with transaction.atomic():
            closed += _close(row, now)
    return closed


def stamp(moment: datetime) -> str:
    """A moment as events and notices carry it."""
    return moment.astimezone(UTC).isoformat()


def _remind(row: PolicyException, now: datetime) -> int:
    open_ = PolicyException.objects.running(now).filter(pk=row.pk, reminded_at=None)
    if not open_.update(reminded_at=now):
        return 0
    people = _people(row)
    context = {str(Detail.DUE): stamp(row.expires_at)}
    if row.checkpoint in settings().checkpoints:
        context[Detail.CHECKPOINT] = row.checkpoint
    for user in people:
        notify(
            facts=RequestFacts(now=now),
            kind=NoticeKind.EXCEPTION_EXPIRES,
            user_id=user,
            tenant_id=str(row.tenant_id),
            context=context,
        )
    record(
        ExceptionReminded(
            exception=str(row.pk),
            field=row.field,
            expires_at=stamp(row.expires_at),
            people=len(people),
        ),
        _where(row, now),
    )
    return 1


def _people(row: PolicyException) -> list[str]:
    """Whom to remind, each once."""
    owner = row.owner
    owners = [str(owner.pk)] if owner is not None and owner.is_active else operators()
    return list(dict.fromkeys([*owners, *administrators_of(row.tenant_id)]))


def _close(row: PolicyException, now: datetime) -> int:
    closed = PolicyException.objects.filter(pk=row.pk, ended_at=None).update(
        ended_at=F("expires_at")
    )
    if closed:
        record(
            ExceptionExpired(
                exception=str(row.pk),
                field=row.field,
                value=row.value,
                expires_at=stamp(row.expires_at),
            ),
            _where(row, now),
        )
    return closed


def _where(row: PolicyException, now: datetime) -> Circumstances:
    return Circumstances(now=now, tenant=str(row.tenant_id), checkpoint=row.checkpoint)

"""Call an operator when a vendor refuses us: credentials or balance, which no second try mends.

An event and a notice to the site's operators, at most once an hour for each provider, however many
messages fail and by however many workers. Trouble of the whole account is told at once, also when
trouble of one sender or number was told within the hour.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.events.route import ProviderAlarmed
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import FailureScope, Unavailable
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.models import RouteHealth
from otpguard.models.fields import REASON_LENGTH
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.administrators import operators

EVERY = timedelta(hours=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def raise_alarm(*, provider: str, failed: Unavailable, now: datetime) -> bool:
    """Write the event and order the notices. False when there was an alarm within the hour.

    Commits by itself, unless there is a transaction to join.
    """
    with transaction.atomic():
        if not _is_due(provider, failed.scope, now):
            return False
        record(
            ProviderAlarmed(
                provider=provider,
                failure=failed.failure.value,
                reason=failed.reason[:REASON_LENGTH],
                scope=failed.scope.value,
                probable=failed.probable,
            ),
            Circumstances(now=now),
        )
        for user in operators():
            notify(
                facts=RequestFacts(now=now),
                kind=NoticeKind.PROVIDER_ALARMED,
                user_id=user,
                context={
                    Detail.PROVIDER: provider,
                    Detail.FAILURE: failed.failure.value,
                    Detail.SCOPE: failed.scope.value,
                },
            )
    return True


def _is_due(provider: str, scope: FailureScope, now: datetime) -> bool:
    """True for one caller in an hour: a row of the provider as a whole remembers the last time, and
    as its reason what was told."""
    row, _ = RouteHealth.objects.get_or_create(
        provider=provider, channel="", country="", defaults={"changed_at": _NEVER}
    )
    over = Q(changed_at__lte=now - EVERY) | Q(changed_at__gt=now + CLOCK_SKEW)
    if scope is FailureScope.ACCOUNT:
        over |= ~Q(reason=scope.value)
    told = RouteHealth.objects.filter(over, pk=row.pk)
    return bool(told.update(changed_at=now, reason=scope.value))

"""Call an operator when a vendor refuses us: credentials or balance, which no second try mends.

An event and a notice to the site's operators, at most once an hour for each provider, however many
messages fail and by however many workers.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.events import ProviderAlarmed
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import Failure
from otpguard.flows.notify import notify
from otpguard.models import RouteHealth
from otpguard.notices.kinds import Detail, NoticeKind

EVERY = timedelta(hours=1)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def alarm(*, provider: str, failure: Failure, reason: str, now: datetime) -> bool:
    """Write the event and order the notices. False when there was an alarm within the hour.

    Commits by itself, unless there is a transaction to join.
    """
    with transaction.atomic():
        if not _is_due(provider, now):
            return False
        record(
            ProviderAlarmed(provider=provider, failure=failure.value, reason=reason[:120]),
            Circumstances(now=now),
        )
        for user in operators():
            notify(
                facts=RequestFacts(now=now),
                kind=NoticeKind.PROVIDER_ALARMED,
                user_id=user,
                context={Detail.PROVIDER: provider, Detail.FAILURE: failure.value},
            )
    return True


def operators() -> list[str]:
    """The site's operators: active staff whose word counts everywhere."""
    model = get_user_model()
    rows = model._default_manager.filter(is_active=True, is_staff=True, is_superuser=True)  # noqa: SLF001 (Django's documented name)
    return [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]


def _is_due(provider: str, now: datetime) -> bool:
    """True for one caller in an hour: a row of the provider as a whole remembers the last time."""
    row, _ = RouteHealth.objects.get_or_create(
        provider=provider, channel="", country="", defaults={"changed_at": _NEVER}
    )
    last = RouteHealth.objects.filter(pk=row.pk, changed_at__lte=now - EVERY)
    return bool(last.update(changed_at=now))

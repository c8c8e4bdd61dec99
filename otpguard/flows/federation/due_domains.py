"""Which verified domains are to be looked at now. Every sweep asks, also where there are none."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from otpguard.core.facts import RequestFacts
from otpguard.core.federation.mail_domain import RECHECK_AFTER
from otpguard.database import transaction
from otpguard.flows.federation.domain import look_at
from otpguard.models import VerifiedDomain
from otpguard.queue import CHECK_DOMAIN, enqueue

BATCH = 100


def enqueue_due_domains(*, now: datetime) -> int:
    """Have the verified domains of yesterday looked at by workers; returns how many. Commits each
    by itself."""
    due = VerifiedDomain.objects.filter(
        Q(checked_at=None) | Q(checked_at__lte=now - RECHECK_AFTER), verified_at__isnull=False
    )
    found = 0
    for pk in due.order_by("checked_at").values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            if due.filter(pk=pk).update(checked_at=now):
                enqueue(CHECK_DOMAIN, domain_id=str(pk))
                found += 1
    return found


def look_again(*, domain_id: str, now: datetime) -> None:
    """Look at one domain by its id; nothing if it is gone. Commits as `look_at` does."""
    row = VerifiedDomain.objects.filter(pk=domain_id).first()
    if row is not None:
        look_at(facts=RequestFacts(now=now), domain=row)

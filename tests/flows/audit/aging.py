"""A log with events of different years, and what deletes the oldest."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from otpguard.audit.logs import log_of
from otpguard.core.facts import RequestFacts
from otpguard.flows.privacy.retention import PurgePlan, purge_log
from tests.flows.audit.logging import begin, seal, write

OLD, NEW = timedelta(days=7 * 366), timedelta(days=100)


def aged(tenant: UUID | None, *, old: int = 5, new: int = 4) -> None:
    """Write and seal old events in two seals and newer ones in another."""
    begin()
    now = timezone.now()
    for count, age in ((old - 2, OLD), (2, OLD - timedelta(days=1)), (new, NEW)):
        write(tenant, count, at=now - age)
        seal(at=now - age)


def purge(tenant: UUID | None) -> PurgePlan:
    """Delete what is due in a log now."""
    return purge_log(facts=RequestFacts(now=timezone.now()), log=log_of(tenant))

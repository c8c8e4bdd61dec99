"""Emergency access as the guard and the banner read it.

The guard reads what stands. The banner only tells, on every page, and may be seconds late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Q

from otpguard.committed_cache import CommittedCache
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.emergency import LONGEST, can_be_opened
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.models import EmergencyAccess

SHOWN_FOR = timedelta(seconds=10)
"""How late the banner of another process may be."""

_shown: CommittedCache[tuple[datetime, list[EmergencyAccess]]] = CommittedCache(4_096)


def running(tenant: str, *, now: datetime) -> list[EmergencyAccess]:
    """What is open in a tenant, drills among it, the newest first. Raises DatabaseError."""
    rows = EmergencyAccess.objects.filter(
        Q(tenant=tenant), ended_at=None, until__gt=now, opened_at__gt=now - LONGEST
    )
    return list(rows)


def to_show(tenant: str, *, now: datetime) -> EmergencyAccess | None:
    """What the banner tells: an access that is open or else a drill, None without either.

    Reads once a tenant in SHOWN_FOR, and after `forget_shown`. Raises DatabaseError.
    """

    def read() -> tuple[datetime, list[EmergencyAccess]]:
        return now, running(tenant, now=now)

    read_at, found = _shown.get(tenant, read)
    if not timedelta() <= now - read_at < SHOWN_FOR:
        _shown.forget(tenant)
        _, found = _shown.get(tenant, read)
    live = [access for access in found if access.until > now]
    return min(live, key=lambda access: access.drill, default=None)


def forget_shown() -> None:
    """Let the next page of this process read what is open; call it once a change is committed."""
    _shown.cache_clear()


def way_through(facts: RequestFacts, checkpoint: Checkpoint) -> EmergencyAccess | None:
    """What lets the person of `facts` pass a checkpoint without a proof now; None for everybody
    else, elsewhere, and in a drill. Raises StoreUnavailable."""
    if not facts.user or not facts.tenant or not can_be_opened(checkpoint):
        return None
    try:
        found = running(facts.tenant, now=facts.now)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("emergency access cannot be read") from error
    for access in found:
        opens = checkpoint.slug in access.checkpoints and facts.user in access.people
        if opens and not access.drill:
            return access
    return None

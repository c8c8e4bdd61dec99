"""Fill Redis again from the rows of the database, after it lost its counts or was away (C18).

Most is read while starts go on, counted by the database. Only what was written meanwhile is read
while they wait.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Exists, Max, OuterRef, QuerySet

from otpguard.core.limits import LONGEST_WINDOW
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.limits.redis_logs import PackedLogs
from otpguard.limits.redis_state import hold_alone, state_now
from otpguard.limits.sql import Use
from otpguard.models import LimiterState, Usage

logger = logging.getLogger(__name__)

IN_FLIGHT = 100_000
"""More rows than transactions that run at once have numbered and not committed yet."""


def refill_if_cold(logs: PackedLogs, *, now: datetime) -> bool:
    """Fill Redis if it is cold; True if that was done.

    Commits by itself. Nothing is done while Redis does not answer, or may evict keys: the database
    goes on counting. Raises DatabaseError.
    """
    if state_now().is_warm:
        return False
    try:
        return _refill(logs, now)
    except StoreUnavailable:
        return False


def _refill(logs: PackedLogs, now: datetime) -> bool:
    if logs.may_forget():
        logger.error("Redis may evict the counts of caps: set maxmemory-policy to noeviction")
        return False
    replid, epoch = logs.replid(), uuid4().hex
    newest = Usage.objects.aggregate(newest=Max("pk"))["newest"] or 0
    logs.load(epoch, _uses(Usage.objects.all(), now), kept=LONGEST_WINDOW)
    with transaction.atomic():
        hold_alone()
        row = LimiterState.objects.filter(pk=1).first()
        if row is not None and row.is_warm:
            return False
        logs.load(epoch, _uses(_written_since(newest), now), kept=LONGEST_WINDOW)
        if row is not None:
            logs.close(row.epoch)
        logs.open(epoch)
        if logs.replid() != replid:
            return False
        LimiterState.objects.update_or_create(
            pk=1,
            defaults={"epoch": epoch, "replid": replid, "is_warm": True, "changed_at": now},
        )
    logger.info("Redis counts the caps again")
    logs.forget_all_but(epoch)
    return True


def _written_since(newest: int) -> QuerySet[Usage]:
    """All uses of the caps and keys that may have got one since: their logs are written again."""
    since = Usage.objects.filter(
        pk__gt=newest - IN_FLIGHT, cap=OuterRef("cap"), key=OuterRef("key")
    )
    return Usage.objects.filter(Exists(since))


def _uses(rows: QuerySet[Usage], now: datetime) -> Iterator[Use]:
    inside: timedelta = LONGEST_WINDOW
    found = rows.filter(at__gt=now - inside).order_by("cap", "key", "-at")
    for cap, key, challenge, at in found.values_list("cap", "key", "challenge", "at").iterator():
        yield Use(cap=cap, key=key, challenge=challenge, at=at)

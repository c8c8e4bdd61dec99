"""Let a new telephone number take over from the old one, once its wait is over.

Until then both are listed: the holder of the old number was told, and can still object.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from otpguard.core.facts import RequestFacts
from otpguard.flows.revoke import remove_factor
from otpguard.models.factor import FACTORS

BATCH = 100


def replace_due(*, now: datetime) -> int:
    """Remove the numbers whose successors are usable by `now`; returns how many.

    Each is a transaction of its own; the proofs that the old number gave end with it.
    """
    due = FACTORS.filter(
        confirmed=True, disabled_at=None, usable_from__lte=now, replaces__isnull=False
    )
    count = 0
    for successor in due.select_related("replaces")[:BATCH]:
        with transaction.atomic():
            old = successor.replaces
            FACTORS.filter(pk=successor.pk).update(replaces=None)
            if old is not None and old.user_id == successor.user_id:
                count += remove_factor(
                    facts=RequestFacts(now=now), factor=old, reason="the number was replaced"
                )
    return count

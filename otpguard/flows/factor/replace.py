"""Replace an old phone number by the new one when the new one's wait is over.

Until then both are listed: the holder of the old number was notified and can still object.
"""

from __future__ import annotations

from datetime import datetime

from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.lock_order import lock_person
from otpguard.flows.session.revoke import remove_factor
from otpguard.models.factor import FACTORS

BATCH = 100


def replace_due(*, now: datetime) -> int:
    """Remove the numbers whose successors are usable by `now`; returns how many.

    Each is a transaction of its own and locks the person; the proofs that the old number gave end
    with it.
    """
    due = FACTORS.filter(
        confirmed=True, disabled_at=None, usable_from__lte=now, replaces__isnull=False
    )
    count = 0
    for successor in due.select_related("replaces")[:BATCH]:
        with transaction.atomic():
            lock_person(successor.user_id)
            old = successor.replaces
            if old is not None and old.user_id == successor.user_id:
                count += remove_factor(
                    facts=RequestFacts(now=now), factor=old, reason="the number was replaced"
                )
            FACTORS.filter(pk=successor.pk).update(replaces=None)
    return count

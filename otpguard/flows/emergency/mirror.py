"""Mirror emergency access in the row of its tenant, which the guard reads in its one statement."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, Q

from otpguard.database import transaction
from otpguard.grants.emergency import forget_shown
from otpguard.models import EmergencyAccess, Tenant


def mirror_emergency(tenant: Tenant, *, now: datetime) -> None:
    """Write when the last open access of a tenant ends, None where there is none or drills alone.

    The caller holds the lock of the tenant. It only tells the guard whether to look: who passes
    what is read from the accesses themselves. Once the transaction commits, the banner of this
    process reads it again.
    """
    transaction.on_commit(forget_shown)
    live = EmergencyAccess.objects.filter(
        Q(tenant=tenant), ended_at=None, until__gt=now, drill=False
    )
    tenant.emergency_until = live.aggregate(last=Max("until"))["last"]
    tenant.save(update_fields=["emergency_until"])

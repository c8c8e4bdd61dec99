"""End emergency access: early by an administrator, or because its time is over.

After its time no one passes, whether or not it was closed: the guard asks for the time.
"""

from __future__ import annotations

from datetime import datetime

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.emergency import EmergencyClosed
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.emergency.envelope import CHECKPOINT, check_administrator
from otpguard.flows.emergency.mirror import mirror_emergency
from otpguard.flows.emergency.tell import tell_everybody
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import is_unasked
from otpguard.models import EmergencyAccess
from otpguard.notices.kinds import NoticeKind

BATCH = 100


def end_access(*, facts: RequestFacts, access: EmergencyAccess) -> bool:
    """End it now. Needs no proof: it only ever takes away. False if it had ended. Commits. Raises
    NotAllowed in another tenant and for anybody but its administrators, the site's and code that no
    request started."""
    if not is_unasked(facts):
        check_administrator(facts, str(access.tenant_id))
    with transaction.atomic():
        return _close(facts, access, early=True)


def close_over(*, now: datetime) -> int:
    """Write down what is over, each in a transaction of its own; returns how many."""
    over = EmergencyAccess.objects.filter(ended_at=None, until__lte=now).order_by("until")
    closed = 0
    for access in over[:BATCH]:
        with transaction.atomic():
            closed += _close(RequestFacts(now=now), access, early=False)
    return closed


def _close(facts: RequestFacts, access: EmergencyAccess, *, early: bool) -> bool:
    tenant = lock_tenant(access.tenant_id)
    live = EmergencyAccess.objects.filter(pk=access.pk, ended_at=None)
    live = live.filter(until__gt=facts.now) if early else live
    if not live.update(ended_at=facts.now if early else access.until):
        return False
    mirror_emergency(tenant, now=facts.now)
    record(
        EmergencyClosed(access=str(access.pk), early=early, drill=access.drill),
        Circumstances.of(facts, tenant=str(access.tenant_id), checkpoint=CHECKPOINT),
    )
    tell_everybody(facts, access, NoticeKind.BREAK_GLASS_OVER, {})
    return True

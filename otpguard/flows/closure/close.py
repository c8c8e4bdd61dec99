"""Close the organizations whose wait is over. The sweep calls this."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from otpguard.audit.recorder import record
from otpguard.core.events.closure import ClosureDone
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.closure.ask import stamp, where
from otpguard.flows.closure.cancel import end_closing
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.notify import notify
from otpguard.flows.tenant.provision import change_tenant
from otpguard.models import Tenant
from otpguard.notices.kinds import NoticeKind
from otpguard.signals import account_was_closed
from otpguard.tenants.administrators import administrators_of

BATCH = 50
REASON = "account closure"


def close_due(*, now: datetime) -> int:
    """Close every organization whose wait is over; returns how many.

    It is suspended, which ends all proofs in it; then the signal `account_was_closed` tells the
    host, which knows what else there is. A closing ends without effect if who asked for it is no
    administrator any more. Under a legal hold it waits. Each is a transaction of its own.
    """
    due = Tenant.objects.filter(closes_at__lte=now, legal_hold=False)
    return sum(_close(row, now) for row in due.order_by("closes_at")[:BATCH])


def _close(tenant: Tenant, now: datetime) -> bool:
    facts = RequestFacts(now=now)
    people = administrators_of(tenant.pk)
    if str(tenant.closing_by_id or "") not in people:
        end_closing(facts=facts, tenant=tenant, closes_at=tenant.closes_at, reason="role")
        return False
    with transaction.atomic():
        row = lock_tenant(tenant.pk)
        if row.closes_at is None or row.closes_at != tenant.closes_at or row.legal_hold:
            return False
        event, at = ClosureDone(held_until=stamp(row.closes_at)), where(facts, row)
        row.closes_at, row.closing_by = None, None
        row.save(update_fields=["closes_at", "closing_by"])
        values = {"status": Tenant.Status.SUSPENDED.value}
        change_tenant(facts=facts, tenant=row, values=values, reason=REASON)
        record(event, at)
        for person in people:
            notify(
                facts=facts,
                kind=NoticeKind.CLOSURE_DONE,
                user_id=person,
                tenant_id=str(row.pk),
            )
        transaction.on_commit(
            partial(account_was_closed.send_robust, sender=Tenant, tenant_id=str(row.pk))
        )
    return True

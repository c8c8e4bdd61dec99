"""Tell people once when a stream has not arrived for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.siem.stream import StreamFailed
from otpguard.core.facts import RequestFacts
from otpguard.flows.notice.notify import notify
from otpguard.flows.notice.tell import tell_tenant
from otpguard.flows.siem.stream_fields import fields_of
from otpguard.models import LogStream
from otpguard.notices.kinds import NoticeKind
from otpguard.tenants.administrators import operators

TOLD_AFTER = timedelta(minutes=15)
"""A receiver that restarts is no news; one that is away for longer is."""


def tell_of_failing(row: LogStream, *, reason: str, now: datetime) -> bool:
    """Write the event and queue the notices, once for each outage; False when it is too early or
    was done.

    They go to the tenant's administrators, or to the site's operators. Joins the caller's
    transaction, which holds the stream's claim.
    """
    since = row.failing_since
    if row.told_at is not None or since is None or now - since < TOLD_AFTER:
        return False
    if not LogStream.objects.filter(pk=row.pk, told_at=None).update(told_at=now):
        return False
    row.told_at = now
    tenant = str(row.tenant_id or "")
    said = StreamFailed(**fields_of(row), since=since.isoformat(), reason=reason)
    record(said, Circumstances(now=now, tenant=tenant))
    facts = RequestFacts(now=now)
    if tenant:
        tell_tenant(facts=facts, kind=NoticeKind.STREAM_FAILS, tenant_id=tenant, context={})
    else:
        for user in operators():
            notify(facts=facts, kind=NoticeKind.STREAM_FAILS, user_id=user)
    return True

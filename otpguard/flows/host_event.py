"""Write events of a host's own into the audit log, with the guarantees that ours have."""

from __future__ import annotations

from uuid import UUID

from otpguard.audit import recorder
from otpguard.audit.circumstances import Circumstances
from otpguard.core.facts import RequestFacts
from otpguard.core.host_event import HostEvent, check_values
from otpguard.flows.scope import check_tenant


def record_host_event(
    *,
    facts: RequestFacts,
    event: HostEvent,
    tenant: str = "",
    subject: str = "",
    target: str = "",
    checkpoint: str = "",
) -> UUID:
    """Append one event in the caller's transaction and return its id; it commits with that alone.

    `tenant` is another one than that of the request, for operators of the site and for code that no
    request started. `subject` is the id of the person it is about, the actor without it. `target`
    is encrypted in the row. Raises NotAllowed in another tenant, and HostEventError for a value
    that is not of its field's type, or an event that is not declared.
    """
    if tenant:
        check_tenant(facts, tenant)
    check_values(event)
    where = Circumstances.of(
        facts,
        tenant=tenant or facts.tenant,
        subject=subject or facts.user,
        target=target,
        checkpoint=checkpoint,
    )
    return recorder.record(event, where)

"""A host's own events: write one, or first let the policy ask for a step-up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.host_event import HostEvent, check_values, slug_of
from otpguard.flows.host_event import record_host_event
from otpguard.http import guard as door
from otpguard.http.facts import facts_of


def record(
    event: HostEvent,
    request: Any = None,  # noqa: ANN401 (Django's request, the framework's, or None)
    *,
    tenant: object = "",
    actor: object = "",
    subject: object = "",
    target: str = "",
) -> UUID:
    """Write an event of yours into the audit log; returns its id. Joins the caller's transaction.

    With a request, its person is the actor and its tenant, client IP and device are noted. Without
    one, for tasks and commands, `tenant` and `actor` are ids, or empty. `subject` is the id of whom
    it is about. `target` says what, in words, and is encrypted in the row.

    Raises HostEventError for an event that is not declared or a value of another type, NotAllowed
    for a tenant that the request may not reach.
    """
    facts = _facts(request)
    if request is None and actor:
        # Code that no request started says itself for whom it acts.
        facts = RequestFacts(now=facts.now, user=str(actor), tenant=str(tenant or ""))
    return record_host_event(
        facts=facts,
        event=event,
        tenant=str(tenant or ""),
        subject=str(subject or ""),
        target=target,
    )


def require_event(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    event: HostEvent,
    *,
    subject: object = "",
    target: str = "",
    reads_safely: bool | None = None,
    form: Any = None,  # noqa: ANN401 (a form of Django's, or None)
) -> UUID:
    """Let this request do what the event tells, if the policy of that kind of event says so, and
    write the event. Call it before anything is done.

    Every kind that a host has declared is a checkpoint, off until a policy switches it on:
    `logged_action.crm_deal_edited` for `crm.deal.edited`, or `logged_action` for all. Raises as
    `otpguard.require` and as `record`; nothing is written then.
    """
    check_values(event)
    slug = slug_of(event.code)
    door.require(request, slug, target=target, reads_safely=reads_safely, form=form)
    return record_host_event(
        facts=facts_of(request),
        event=event,
        subject=str(subject or ""),
        target=target,
        checkpoint=slug,
    )


def _facts(request: Any) -> RequestFacts:  # noqa: ANN401 (see record)
    return RequestFacts(now=timezone.now()) if request is None else facts_of(request)

"""Celery tasks that act for a person who has just passed a checkpoint.

    @shared_task
    @requires_grant("data_export")
    def export_contacts(tenant_id): ...

    def view(request):
        delay_for(request, export_contacts, tenant.pk)

The request passes the checkpoint; the task runs only with the ticket that the request made for
exactly this task and these arguments, within an hour, while the person still belongs, is not held,
and the login session has not ended. A task that is redelivered or retried runs again: make it
repeatable, as any task.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from celery import Task, current_task
from celery.result import AsyncResult
from django.utils import timezone
from kombu.utils.json import dumps

from otpguard import vault
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import declared
from otpguard.core.decision import Deny, Reason
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import same
from otpguard.exceptions import Ask, StepUpRefused
from otpguard.flows.checkpoint.still_may import check_still_may
from otpguard.http import guard as door
from otpguard.http.facts import facts_of

HEADER = "otpguard_ticket"
LIFE = timedelta(hours=1)
"""How long a task may wait for its worker before somebody must confirm again."""

_CHECKPOINT = "otpguard_checkpoint"

F = TypeVar("F", bound=Callable[..., Any])


def requires_grant(checkpoint: str) -> Callable[[F], F]:
    """Let a task run only for somebody who passed `checkpoint` for it; stands below the task's own
    decorator.

    In the worker it raises StepUpRefused, before the task does anything: with NOT_LOGGED_IN without
    a ticket for this task and these arguments, or with one older than an hour; else as
    `check_still_may`. Raises ImproperlyConfigured at import for an unknown checkpoint.
    """
    name = declared(checkpoint)

    def decorate(run: F) -> F:
        @wraps(run)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (as the task)
            check_ticket(current_task, name, args, kwargs)
            return run(*args, **kwargs)

        setattr(guarded, _CHECKPOINT, name)
        return guarded  # type: ignore[return-value]  # same signature

    return decorate


def delay_for(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    task: Task[Any, Any],
    *args: Any,  # noqa: ANN401 (of the task)
    target: str = "",
    **kwargs: Any,  # noqa: ANN401 (of the task)
) -> AsyncResult[Any]:
    """Pass the checkpoint of `task` in this request, then queue it with a ticket. Call it where the
    transaction that it reads from has been committed, as with `delay`.

    `target` is as for `otpguard.require`, which raises what this raises. Raises TypeError for a
    task without `requires_grant`.
    """
    name = getattr(task.run, _CHECKPOINT, None)
    if name is None:
        raise TypeError(f"{task.name} has no requires_grant")
    call = _call(task, args, kwargs)
    door.require(request, name, target=target, body={"task": task.name, "call": call})
    facts = facts_of(request)
    ticket = {"user": facts.user, "tenant": facts.tenant, "sid": facts.sid, "call": call}
    header = vault.encrypt_token(vault.TASK, json.dumps({**ticket, "checkpoint": name}))
    return task.apply_async(args=args, kwargs=kwargs, headers={HEADER: header})


def check_ticket(
    task: Any,  # noqa: ANN401 (the task that runs; None outside a worker)
    checkpoint: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    """Return if the task that runs holds a ticket for itself. Raises StepUpRefused."""
    request = getattr(task, "request", None)
    carried = getattr(request, HEADER, None) or (getattr(request, "headers", None) or {}).get(
        HEADER
    )
    try:
        ticket = json.loads(vault.decrypt_token(vault.TASK, str(carried or ""), max_age=LIFE))
    except vault.UndecryptableError:
        raise _refused(checkpoint) from None
    fits = ticket["checkpoint"] == checkpoint and same(ticket["call"], _call(task, args, kwargs))
    if not fits:
        raise _refused(checkpoint)
    facts = RequestFacts(
        now=timezone.now(),
        user=ticket["user"],
        tenant=ticket["tenant"],
        sid=ticket["sid"],
        method="POST",
        view=task.name,
    )
    check_still_may(facts=facts, checkpoint=checkpoint_named(checkpoint))


def _call(task: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:  # noqa: ANN401 (a task)
    """A digest of the task and its arguments, as the broker carries them."""
    text = dumps([task.name, list(args), kwargs], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _refused(checkpoint: str) -> StepUpRefused:
    ask = Ask(checkpoint=checkpoint, tenant="", user="", sid="", story="")
    return StepUpRefused(Deny(reason=Reason.NOT_LOGGED_IN), ask)

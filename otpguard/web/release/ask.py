"""What a host's view and its Celery task call: `otpguard.ask_release`, `otpguard.write_release`,
and `otpguard.record_read` beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from otpguard.flows.release import ask, produce, read
from otpguard.http.facts import facts_of, inner_of
from otpguard.http.guard import require
from otpguard.http.guard_state import state_of
from otpguard.models import Release
from otpguard.releases.jobs import ReleaseOrder, job_config

_NOTHING: Mapping[str, str] = MappingProxyType({})


def ask_release(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    job: str,
    arguments: Mapping[str, Any] = _NOTHING,
) -> Release:
    """Ask for the file of a job of RELEASES, for the person and the tenant of the request.

    Call it in a view that is guarded by the job's checkpoint; where none has passed, it is asked
    for here, as `otpguard.require` does. Answer with a redirect to the view "otpguard:release".
    Let the view be asked by POST: the links of the notices need the host, which is known then.

    Raises RequestRefused for the middleware; NotAllowed, for somebody who is no active member or
    has many exports already; ImproperlyConfigured for an unknown job.
    """
    config = job_config(job)
    if not state_of(inner_of(request)).has_passed(config.checkpoint):
        require(request, config.checkpoint, target=str(config.label))
    return ask.ask_release(
        facts=facts_of(request), job=job, arguments=arguments, language=get_language() or ""
    )


def write_release(release_id: str, make: Callable[[ReleaseOrder], Iterable[Any]]) -> bool:
    """Write a release in a Celery task of the host's own, which got `release_id`. True if its file
    is ready then; what went wrong is written down and tried again.

    `make` gets the ReleaseOrder and gives rows. Must not be called in a transaction.
    """
    return produce.write_release(release_id=release_id, make=make, now=timezone.now())


def record_read(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    what: str,
    *,
    rows: int,
    filters: Mapping[str, str] = _NOTHING,
    checkpoint: str = "audit_log_view",
    exported: bool = False,
) -> UUID:
    """Write into the audit log that the person of the request read the data of others: `what` it
    was in a few words of yours, the `filters` and the number of `rows`. `exported` says that it was
    taken away, not only looked at. Returns the id of the event, to mark the file with."""
    write = read.record_export if exported else read.record_read
    return write(
        facts=facts_of(request), what=what, rows=rows, filters=filters, checkpoint=checkpoint
    )

"""That somebody read the log in the admin is an event itself."""

from __future__ import annotations

from django.http import HttpRequest

from otpguard.flows.release.read import record_read
from otpguard.http.facts import facts_from

VIEW = "audit_log_view"


def record_log_read(request: HttpRequest, rows: int) -> None:
    """Write down that somebody has read the log. What was searched for may be a person's name, so
    it is not kept."""
    given = request.GET
    filters = {name: "…" if name == "q" else str(given.get(name, "")) for name in given}
    record_read(
        facts=facts_from(request), what="audit log", rows=rows, filters=filters, checkpoint=VIEW
    )

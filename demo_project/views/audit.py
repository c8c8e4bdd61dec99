"""What happened in the tenant: the log of otpguard, seen by the tenant itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

import otpguard
from demo_project.events import AuditEntryDownloaded, AuditEntryViewed
from demo_project.tenancy import ADMIN, MemberRequest, member_required
from otpguard import record_read, requires_checkpoint
from otpguard.labels import Text, event_label
from otpguard.models import Event, Tenant

LATEST = 50
SYSTEM = "the system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One value of an event; `at` is set where it is a time."""

    name: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event in words. `about` is somebody else than `who`, or empty."""

    key: UUID
    at: datetime
    who: str
    about: str
    what: Text
    kind: str
    checkpoint: str
    details: tuple[Detail, ...]


@member_required(ADMIN)
@requires_checkpoint("audit_log_view", target="the audit log")
@require_GET
def audit(request: MemberRequest) -> HttpResponse:
    """The latest events: when, who, what."""
    rows = list(_events(request.membership.tenant)[:LATEST])
    record_read(request, "audit log", rows=len(rows), filters={"latest": str(LATEST)})
    return render(request, "demo/audit.html", {"lines": lines_of(rows)})


@member_required(ADMIN)
@require_GET
def entry(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """One entry with all that it says. Looking at it is an event too, and a policy may ask for a
    step-up first: see Globex."""
    row = get_object_or_404(_events(request.membership.tenant), pk=event_id)
    otpguard.require_event(
        request,
        AuditEntryViewed(entry=str(row.pk), of=row.kind),
        target=f"an entry of the log: {event_label(row.kind)}",
        reads_safely=True,
    )
    (line,) = lines_of([row])
    return render(request, "demo/audit_entry.html", {"line": line})


@member_required(ADMIN)
@require_GET
def download_entry(request: MemberRequest, event_id: UUID) -> HttpResponse:
    """One entry as a file: a kind of event of its own, so a policy can ask for this alone."""
    row = get_object_or_404(_events(request.membership.tenant), pk=event_id)
    told = otpguard.require_event(
        request,
        AuditEntryDownloaded(entry=str(row.pk), of=row.kind),
        target=f"an entry of the log, as a file: {event_label(row.kind)}",
        reads_safely=True,
    )
    response = HttpResponse(row.body + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="entry-{told}.json"'
    return response


@member_required(ADMIN)
@requires_checkpoint("audit_log_export", target="the audit log")
@require_GET
def export(request: MemberRequest) -> HttpResponse:
    """The guarded page: who gets here may download."""
    count = _events(request.membership.tenant).count()
    return render(request, "demo/audit_export.html", {"count": count})


@member_required(ADMIN)
@requires_checkpoint("audit_log_export", target="the audit log")
@require_GET
def download(request: MemberRequest) -> StreamingHttpResponse:
    """Every event of this tenant, the oldest first, one JSON document a line."""
    rows = _events(request.membership.tenant).order_by("id")
    event = record_read(
        request,
        "audit log",
        rows=rows.count(),
        checkpoint="audit_log_export",
        exported=True,
    )
    response = StreamingHttpResponse(_lines(rows.iterator()), content_type="application/jsonl")
    name = f"audit-{request.membership.tenant.slug}-{event}.jsonl"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def lines_of(rows: Iterable[Event]) -> list[Line]:
    """Events in words. One read, for the names."""
    rows = list(rows)
    refs = {ref for row in rows for ref in (row.actor_ref, row.subject_ref) if ref}
    known = User.objects.filter(pk__in=refs).values_list("pk", "username")
    names = {str(pk): name for pk, name in known}
    return [_line(row, names) for row in rows]


def _line(row: Event, names: Mapping[str, str]) -> Line:
    body: dict[str, Any] = json.loads(row.body)
    subject = names.get(row.subject_ref, row.subject_ref)
    return Line(
        key=row.pk,
        at=datetime.fromisoformat(body["at"]),
        who=names.get(row.actor_ref, row.actor_ref) or SYSTEM,
        about=subject if row.subject_ref != row.actor_ref else "",
        what=event_label(row.kind),
        kind=row.kind,
        checkpoint=row.checkpoint,
        details=tuple(_detail(name, value) for name, value in body["data"].items() if _says(value)),
    )


def _detail(name: str, value: object) -> Detail:
    return Detail(name=name.replace("_", " "), text=_text(value), at=_time(value))


def _time(value: object) -> datetime | None:
    """The moment that a text of ISO 8601 names with its zone."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return str(value)


def _says(value: object) -> bool:
    """False for what tells a reader nothing: emptiness, "no", nought, and keys of rows."""
    if not value:
        return False
    try:
        UUID(str(value))
    except ValueError:
        return True
    return False


def _events(tenant: Tenant) -> Any:  # noqa: ANN401 (a queryset of events)
    return Event.objects.filter(tenant_id=tenant.pk)


def _lines(rows: Iterator[Event]) -> Iterator[str]:
    for row in rows:
        yield row.body + "\n"

"""What happened in the tenant: the log of otpguard, seen by the tenant itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from demo_project.tenancy import ADMIN, MemberRequest, member_required
from otpguard import requires_checkpoint
from otpguard.models import Event, Tenant

LATEST = 20


@member_required(ADMIN)
@require_GET
def audit(request: MemberRequest) -> HttpResponse:
    """The latest events."""
    bodies = [json.loads(row.body) for row in _events(request.membership.tenant)[:LATEST]]
    return render(request, "demo/audit.html", {"events": bodies})


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
    response = StreamingHttpResponse(_lines(rows.iterator()), content_type="application/jsonl")
    name = f"audit-{request.membership.tenant.slug}.jsonl"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _events(tenant: Tenant) -> Any:  # noqa: ANN401 (a queryset of events)
    return Event.objects.filter(tenant_id=tenant.pk)


def _lines(rows: Iterator[Event]) -> Iterator[str]:
    for row in rows:
        yield row.body + "\n"

"""The tenant's own data, and its export."""

from __future__ import annotations

import csv

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from demo_project.models import Contact
from demo_project.tenancy import MemberRequest, member_required
from otpguard import requires_checkpoint


@member_required()
@require_GET
def contacts(request: MemberRequest) -> HttpResponse:
    """The list."""
    rows = Contact.objects.filter(tenant=request.membership.tenant)
    return render(request, "demo/contacts.html", {"rows": rows})


@member_required()
@requires_checkpoint("data_export", target="all contacts")
@require_GET
def export(request: MemberRequest) -> HttpResponse:
    """The guarded page: who gets here may download."""
    count = Contact.objects.filter(tenant=request.membership.tenant).count()
    return render(request, "demo/contacts_export.html", {"count": count})


@member_required()
@requires_checkpoint("data_export", target="all contacts")
@require_GET
def download(request: MemberRequest) -> HttpResponse:
    """Every contact as CSV."""
    response = HttpResponse(content_type="text/csv")
    name = f"contacts-{request.membership.tenant.slug}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["name", "company", "email", "city"])
    rows = Contact.objects.filter(tenant=request.membership.tenant)
    writer.writerows(rows.values_list("name", "company", "email", "city"))
    return response

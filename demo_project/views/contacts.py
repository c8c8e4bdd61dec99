"""The tenant's own data, and its export."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from demo_project.models import Contact
from demo_project.tenancy import MemberRequest, member_required
from otpguard import ask_release, requires_checkpoint
from otpguard.exceptions import NotAllowed


@member_required()
@require_GET
def contacts(request: MemberRequest) -> HttpResponse:
    """The list."""
    rows = Contact.objects.filter(tenant=request.membership.tenant)
    return render(request, "demo/contacts.html", {"rows": rows})


@member_required()
@requires_checkpoint("data_export", target="all contacts")
@require_http_methods(["GET", "POST"])
def export(request: MemberRequest) -> HttpResponse:
    """The guarded page: who gets here may ask for the file, which otpguard makes and holds."""
    if request.method == "POST":
        try:
            release = ask_release(request, "contacts")
        except NotAllowed as refused:
            messages.error(request, refused.message)
            return redirect("otpguard:releases")
        return redirect("otpguard:release", release.pk)
    count = Contact.objects.filter(tenant=request.membership.tenant).count()
    return render(request, "demo/contacts_export.html", {"count": count})

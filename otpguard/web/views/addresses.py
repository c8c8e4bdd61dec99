"""Addresses for notices: add one, confirm it by the link that was sent there, remove it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.core.binding import CHANGE
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.addresses import add_address, confirm_address, pending, remove_address
from otpguard.forms.address import AddressForm
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.models import NoticeAddress
from otpguard.web.access_lines import masked
from otpguard.web.own_pages import back, not_found, own_page

GONE = 410


@own_page
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """GET asks for an address; POST adds it, after a proof, and sends it a link."""
    posted = request.method == "POST"
    form = AddressForm(request.POST if posted else None)
    if posted and form.is_valid():
        require(request, CHANGE, target=_("add the address %(address)s") % {"address": form.masked})
        try:
            address = form.cleaned_data["address"]
            add_address(facts=facts, address=address, language=get_language() or "")
        except NotAllowed as refused:
            form.add_error("address", refused.message)
        else:
            return back("address_added")
    return render(
        request,
        "otpguard/security/address.html",
        {"form": form, "support_url": settings().support_url},
        status=400 if posted else 200,
    )


@own_page
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, facts: RequestFacts, address_id: UUID) -> HttpResponse:
    """GET says what will happen; POST removes, after a proof."""
    own = NoticeAddress.objects.filter(user_id=facts.user, removed_at=None)
    row = own.filter(pk=address_id).first()
    if row is None:
        return not_found(request)
    if request.method == "POST":
        about = {"address": masked(row)}
        require(request, CHANGE, target=_("remove the address %(address)s") % about)
        language = get_language() or ""
        if not remove_address(facts=facts, address_id=address_id, language=language):
            return not_found(request)
        return back("address_removed")
    context = {
        "address": masked(row),
        "confirmed": row.confirmed_at is not None,
        "support_url": settings().support_url,
    }
    return render(request, "otpguard/security/remove_address.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows which address a link is about, only POST confirms it (A8).

    Needs no login: the mailbox may be read elsewhere, and by somebody else.
    """
    row = pending(token=token, now=timezone.now())
    address = masked(row) if row else ""
    done = request.method == "POST" and confirm_address(facts=facts_from(request), token=token)
    context = {"address": address, "done": done, "support_url": settings().support_url}
    known = done or (row is not None and request.method == "GET")
    page = render(
        request, "otpguard/security/confirm_address.html", context, status=200 if known else GONE
    )
    return pages.hardened(page)

"""Entries of an organization's directory that ask whether they mean the person."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard.conf import settings
from otpguard.core.binding import CHANGE
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.scim.link import answer_link, waiting_links
from otpguard.http.guard import require
from otpguard.web.security.own_pages import back, not_found, own_page


@own_page
@require_safe
def directory_links(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The entries that wait for the person's word."""
    return render(
        request,
        "otpguard/security/directory_links.html",
        {
            "entries": list(waiting_links(user_id=facts.user)),
            "support_url": settings().support_url,
        },
    )


@own_page
@require_POST
def answer_directory(request: HttpRequest, facts: RequestFacts, entry_id: UUID) -> HttpResponse:
    """Accept an entry, after a proof, or refuse it: that only takes away and needs none."""
    entry = waiting_links(user_id=facts.user).filter(pk=entry_id).first()
    if entry is None:
        return not_found(request)
    accepted = request.POST.get("answer") == "accept"
    if accepted:
        target = _("join %(tenant)s") % {"tenant": entry.tenant.name}
        require(request, CHANGE, target=target)
    try:
        done = answer_link(facts=facts, person=entry_id, accepted=accepted)
    except NotAllowed:
        return not_found(request)
    if not done:
        return not_found(request)
    return back("joined" if accepted else "not_joined")

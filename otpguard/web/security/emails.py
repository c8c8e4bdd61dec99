"""E-mail addresses for notices: add one, confirm it by the link that was sent there, remove it."""

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
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.notice.emails import add_email, confirm_email, pending, remove_email
from otpguard.forms.email import EmailForm
from otpguard.forms.errors import add_input_error
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.guard import require
from otpguard.models import NoticeEmail
from otpguard.web.security.access import masked
from otpguard.web.security.own_pages import back, not_found, own_page

GONE = 410


@own_page
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """GET asks for an e-mail address; POST adds it, after a proof, and sends it a link."""
    posted = request.method == "POST"
    form = EmailForm(request.POST if posted else None)
    status = 400 if posted else 200
    if posted and form.is_valid():
        require(
            request, CHANGE, target=_("add the e-mail address %(email)s") % {"email": form.masked}
        )
        try:
            email = form.cleaned_data["email"]
            add_email(facts=facts, email=email, language=get_language() or "")
        except InvalidInput as bad:
            add_input_error(form, bad)
        except NotAllowed as refused:
            form.add_error(None, refused.message)
            status = 403
        else:
            return back("email_added")
    return render(
        request,
        "otpguard/security/add_email.html",
        {"form": form, "support_url": settings().support_url},
        status=status,
    )


@own_page
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, facts: RequestFacts, email_id: UUID) -> HttpResponse:
    """GET says what will happen; POST removes, after a proof."""
    own = NoticeEmail.objects.filter(user_id=facts.user, removed_at=None)
    row = own.filter(pk=email_id).first()
    if row is None:
        return not_found(request)
    if request.method == "POST":
        about = {"email": masked(row)}
        require(request, CHANGE, target=_("remove the e-mail address %(email)s") % about)
        language = get_language() or ""
        if not remove_email(facts=facts, email_id=email_id, language=language):
            return not_found(request)
        return back("email_removed")
    context = {
        "email": masked(row),
        "confirmed": row.confirmed_at is not None,
        "support_url": settings().support_url,
    }
    return render(request, "otpguard/security/remove_email.html", context)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows which e-mail address a link is about, only POST confirms it (A8).

    Needs no login: the mailbox may be read elsewhere, and by somebody else.
    """
    row = pending(token=token, now=timezone.now())
    email = masked(row) if row else ""
    done = request.method == "POST" and confirm_email(facts=facts_from(request), token=token)
    context = {"email": email, "done": done, "support_url": settings().support_url}
    known = done or (row is not None and request.method == "GET")
    page = render(
        request, "otpguard/security/confirm_email.html", context, status=200 if known else GONE
    )
    return pages.hardened(request, page)

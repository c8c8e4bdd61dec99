"""The page behind the link that the old mailbox gets."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.flows.email_change.undo import undo_email_change, undoable
from otpguard.http import pages
from otpguard.http.facts import facts_from

GONE = 410


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def undo_email(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST does it. Needs no login: the token is the permission."""
    done = request.method == "POST" and undo_email_change(facts=facts_from(request), token=token)
    usable = done or (request.method == "GET" and undoable(token=token, now=timezone.now()))
    context = {"done": done, "usable": usable, "support_url": settings().support_url}
    page = render(request, "otpguard/undo_email.html", context, status=200 if usable else GONE)
    return pages.hardened(request, page)

"""The page behind "This was not me" of a reset: in the e-mail, and on the page of a code."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.flows.password_reset.repudiate import repudiable, repudiate_reset
from otpguard.http import pages
from otpguard.http.facts import facts_from

GONE = 410


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def reset_not_me(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST does it. The token is the permission: it ends a reset,
    and sets no password."""
    done = request.method == "POST" and repudiate_reset(facts=facts_from(request), token=token)
    usable = done or (request.method == "GET" and repudiable(token=token, now=timezone.now()))
    context = {"done": done, "usable": usable, "support_url": settings().support_url}
    page = render(
        request, "otpguard/password_reset/not_me.html", context, status=200 if usable else GONE
    )
    return pages.hardened(request, page)

"""The page behind the link of an alarm: lock down sign-ups."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.flows.pumping.money.lockdown import alarm_of, lock_down_by_link
from otpguard.http import pages
from otpguard.http.facts import facts_from

GONE = 410


@require_http_methods(["GET", "POST"])
def lockdown(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST does it: programs open links of e-mails, too.

    Needs no login: the token is the permission, and it serves once.
    """
    row = None
    if request.method == "POST":
        row = lock_down_by_link(facts=facts_from(request), token=token)
    usable = row is not None or (request.method == "GET" and alarm_of(token) is not None)
    context = {
        "lockdown": row,
        "usable": usable,
        "hours": settings().money.lockdown_hours,
        "support_url": settings().support_url,
    }
    page = render(request, "otpguard/lockdown.html", context, status=200 if usable else GONE)
    return pages.hardened(request, page)

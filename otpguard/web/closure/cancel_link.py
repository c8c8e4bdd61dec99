"""The page behind the link of a notice: let an organization stay open."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.flows.closure.cancel import cancel_closure_by_link, closing_of_link
from otpguard.http import pages
from otpguard.http.facts import facts_from

GONE = 410


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def cancel_closure(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST does it: programs open links of e-mails, too.

    Needs no login: the token is the permission, and it serves one closing.
    """
    tenant = closing_of_link(token=token)
    done = False
    if request.method == "POST":
        done = cancel_closure_by_link(facts=facts_from(request), token=token) is not None
    usable = done or (request.method != "POST" and tenant is not None)
    context = {
        "done": done,
        "usable": usable,
        "name": tenant.name if tenant else "",
        "closes_at": tenant.closes_at if tenant else None,
        "support_url": settings().support_url,
    }
    page = render(request, "otpguard/closure/cancel.html", context, status=200 if usable else GONE)
    return pages.hardened(request, page)

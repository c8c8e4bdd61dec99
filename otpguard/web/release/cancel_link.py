"""The page behind the link of a notice: cancel an export."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.flows.release.cancel import cancel_by_link, release_of_link
from otpguard.http import pages
from otpguard.http.facts import facts_from

GONE = 410


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def cancel_release(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what will happen; only POST does it: programs open links of e-mails, too.

    Needs no login: the token is the permission, and a release ends once. The page names the file
    and nothing that is in it.
    """
    found = release_of_link(token=token)
    row = found[0] if found else None
    done = False
    if request.method == "POST":
        done = cancel_by_link(facts=facts_from(request), token=token) is not None
    usable = done or (request.method != "POST" and row is not None)
    job = settings().releases.jobs.get(row.job) if row else None
    context = {
        "done": done,
        "usable": usable,
        "label": str(job.label) if job else "",
        "row": row,
        "support_url": settings().support_url,
    }
    page = render(request, "otpguard/release/cancel.html", context, status=200 if usable else GONE)
    return pages.hardened(request, page)

"""The page behind the link of a billing notice: lock further billing changes."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from otpguard.flows.release.billing_lock import change_of, lock_by_link
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.labels import billing_field_label

GONE = 410


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def billing_lock(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what was changed; only POST locks: programs open links of e-mails, too (A8).

    Needs no login: the mailbox may be read elsewhere, and the token is the permission.
    """
    facts = facts_from(request)
    posted = request.method == "POST"
    locked = lock_by_link(facts=facts, token=token) if posted else None
    change = locked if posted else change_of(token=token, now=facts.now)
    context = {
        "locked": locked is not None,
        "change": change,
        "field": billing_field_label(change.field) if change else "",
    }
    page = render(request, "otpguard/billing/lock.html", context, status=200 if change else GONE)
    return pages.hardened(request, page)

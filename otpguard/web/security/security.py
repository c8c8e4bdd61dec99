"""The Security page: a person's factors, their access and their recent activity."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.factors.passkey_rows import accepted_credentials
from otpguard.http.return_path import safe_path, with_next
from otpguard.http.sign_in.ways import SignInWay, sign_in_ways
from otpguard.tenants.directory import member_of
from otpguard.web.security.access import device_lines, email_lines, grant_lines, login_lines
from otpguard.web.security.activity import activity_lines
from otpguard.web.security.deadline import deadline_of
from otpguard.web.security.factors import codes_line, factor_lines
from otpguard.web.security.links import foot_links
from otpguard.web.security.own_pages import DONE, own_page


def _sign_ins(request: HttpRequest, facts: RequestFacts) -> list[SignInWay]:
    member = member_of(facts.user, facts.tenant) if facts.tenant else None
    if member is None or not member.active:
        return []
    return sign_in_ways(request, facts, facts.tenant, links=True)


@own_page
@require_safe
def security(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Everything about one's own security on one page. Reads only.

    Where enrollment is overdue, people are sent here with `next`, and on to it once they have set
    something up.
    """
    factors = factor_lines(facts)
    on = safe_path(request, request.GET.get("next", ""))
    return render(
        request,
        "otpguard/security/home.html",
        {
            "done": DONE.get(request.GET.get("done", ""), ""),
            "deadline": deadline_of(request),
            "next": on,
            "add_url": with_next(reverse("otpguard:add"), on) if on else reverse("otpguard:add"),
            "factors": factors,
            "passkeys": json.dumps(accepted_credentials(facts.user)),
            "restricted_only": all(line.restricted for line in factors),
            "codes": codes_line(facts),
            "devices": device_lines(facts),
            "grants": grant_lines(facts),
            "logins": login_lines(facts),
            "emails": email_lines(facts),
            "sign_ins": _sign_ins(request, facts),
            "activity": activity_lines(facts),
            "foot_links": foot_links(facts),
            "support_url": settings().support_url,
        },
    )

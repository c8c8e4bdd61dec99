"""The Security page: how one confirms, what stands open, what happened lately."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.web.access_lines import address_lines, device_lines, grant_lines, login_lines
from otpguard.web.activity import activity_lines
from otpguard.web.due_line import due_line
from otpguard.web.factor_lines import codes_line, factor_lines
from otpguard.web.own_pages import DONE, own_page
from otpguard.web.views.way_on import safe_path


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
            "due": due_line(request),
            "next": on,
            "add_url": reverse("otpguard:add") + (f"?{urlencode({'next': on})}" if on else ""),
            "account": request.user.get_username(),
            "factors": factors,
            "phone_only": all(line.kind == FactorKind.PHONE for line in factors),
            "codes": codes_line(facts),
            "devices": device_lines(facts),
            "grants": grant_lines(facts),
            "logins": login_lines(facts),
            "addresses": address_lines(facts),
            "activity": activity_lines(facts),
            "support_url": settings().support_url,
        },
    )

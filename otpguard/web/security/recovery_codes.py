"""The page of recovery codes: explains them, makes them and shows them once.

They are only in the response to the form that makes them: not in a URL, not in the session, not in
the log.
"""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from otpguard.account import name_of
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.shipped_kinds import PASSKEY
from otpguard.exceptions import NotAllowed
from otpguard.flows.factor.recovery_codes import make_recovery_codes
from otpguard.http.guard import require
from otpguard.web.binding import guard_of
from otpguard.web.security.factors import codes_line, factor_lines
from otpguard.web.security.own_pages import own_page


@own_page
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def recovery_codes(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """GET explains; POST makes ten codes, after a proof, and shows them."""
    if request.method == "GET":
        return _page(request, facts)
    # A recovery code helps to change the strongest factor, so making one needs the same proof.
    require(request, guard_of(facts, PASSKEY), target=_("make new recovery codes"))
    try:
        codes = make_recovery_codes(facts=facts)
    except NotAllowed as refused:
        return _page(request, facts, error=refused.message)
    context = {"codes": codes, "file": _file(request, facts, codes)}
    return render(request, "otpguard/security/codes.html", context)


def _page(request: HttpRequest, facts: RequestFacts, *, error: str = "") -> HttpResponse:
    context = {
        "codes": codes_line(facts),
        "possible": any(not line.disabled for line in factor_lines(facts)),
        "error": error,
        "support_url": settings().support_url,
    }
    status = 403 if error else 200
    return render(request, "otpguard/security/recovery.html", context, status=status)


@sensitive_variables()
def _file(request: HttpRequest, facts: RequestFacts, codes: tuple[str, ...]) -> str:
    """The codes as the URL of a text file, so that saving them needs no script and no second
    request."""
    about = _("Recovery codes for %(brand)s, %(account)s, made %(time)s. Each code works once.") % {
        "brand": settings().brand,
        "account": name_of(request.user),
        "time": date_format(localtime(facts.now), "DATETIME_FORMAT"),
    }
    text = "\r\n".join([about, "", *codes, ""])
    return f"data:text/plain;charset=utf-8,{quote(text, safe='')}"

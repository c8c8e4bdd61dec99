"""Recovery codes: what they are for, and the one time that they are shown.

They stand in the answer to the form that makes them and nowhere else: not in an address, not in
the session, not in the log.
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

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.own_factors import make_recovery_codes
from otpguard.http.guard import require
from otpguard.web.binding import guard_of
from otpguard.web.factor_lines import codes_line, factor_lines
from otpguard.web.own_pages import own_page
from otpguard.web.views.remove_factor import CONFLICT


@own_page
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def recovery_codes(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """GET explains; POST makes ten codes, after a proof, and shows them."""
    if request.method == "GET":
        return _page(request, facts)
    # A saved code helps to change the strongest factor, so it takes what that one takes.
    require(request, guard_of(facts, FactorKind.PASSKEY), target=_("make new recovery codes"))
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
    status = CONFLICT if error else 200
    return render(request, "otpguard/security/recovery.html", context, status=status)


@sensitive_variables()
def _file(request: HttpRequest, facts: RequestFacts, codes: tuple[str, ...]) -> str:
    """The codes as the address of a text file, so that saving them needs no script and no second
    request."""
    about = _("Recovery codes for %(brand)s, %(account)s, made %(time)s. Each serves once.") % {
        "brand": settings().brand,
        "account": request.user.get_username(),
        "time": date_format(localtime(facts.now), "DATETIME_FORMAT"),
    }
    text = "\r\n".join([about, "", *codes, ""])
    return f"data:text/plain;charset=utf-8,{quote(text, safe='')}"

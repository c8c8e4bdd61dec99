"""The response while the store does not answer: refused for now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from otpguard.conf import settings
from otpguard.core.decision import Reason
from otpguard.http import pages
from otpguard.http.problems import RETRY_SECONDS, STATUS_OF, problem, wants_problem
from otpguard.http.return_path import full_path
from otpguard.http.uncached import keep_uncached
from otpguard.labels import reason_text


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After, as a page or as a problem document."""
    keep_uncached(request)
    reason = Reason.STORE_UNAVAILABLE
    status, words = STATUS_OF[reason], reason_text(reason)
    response: HttpResponse
    if wants_problem(request):
        response = problem(status, str(reason), "Request refused", str(words))
    else:
        context = {
            "reason": words,
            "code": str(reason),
            "retry_url": full_path(request) if request.method == "GET" else "",
            "support_url": settings().support_url,
        }
        page = render(request, "otpguard/unavailable.html", context, status=status)
        response = pages.hardened(request, page)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response

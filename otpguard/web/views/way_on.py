"""After the proof: back to the page, or on with the kept form, or done (DESIGN §5)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.flows.resume import open_held
from otpguard.http import pages
from otpguard.http.intents import HELD
from otpguard.http.refusal import SeeOther
from otpguard.web import context, messages


def way_on(request: HttpRequest, facts: RequestFacts, ask: Ask) -> HttpResponse:
    """Where a proven person goes.

    A GET is simply asked for again. A kept form is shown under the name of its action and sent
    only by a click, from the browser, with a fresh CSRF token. Without either, a page says that
    it is done and tells the window that asked.
    """
    path = safe_path(request, ask.next)
    if ask.held:
        return _continue_page(request, facts, ask, path)
    if ask.unkept:
        return _again_page(request, ask, "unkept", path, status=200)
    if path:
        response: HttpResponse = SeeOther(path)
        return pages.hardened(response)
    return pages.hardened(render(request, "otpguard/done.html", context.frame_of(ask)))


def safe_path(request: HttpRequest, path: str) -> str:
    """`path` if it stays on this host, else empty: no open redirect."""
    ok = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if ok and path.startswith("/") else ""


def _continue_page(request: HttpRequest, facts: RequestFacts, ask: Ask, back: str) -> HttpResponse:
    form = open_held(facts=facts, held_id=ask.held)
    if form is None:
        return _again_page(request, ask, "held_gone", back, status=410)
    page = render(
        request,
        "otpguard/continue.html",
        {
            **context.frame_of(ask),
            "url": f"{form.path}{'&' if '?' in form.path else '?'}{urlencode({HELD: form.id})}",
            "fields": [(name, value) for name, values in form.fields.items() for value in values],
            "withheld": form.withheld,
            "back_url": back,
        },
    )
    return pages.hardened(page)


def _again_page(
    request: HttpRequest, ask: Ask, code: str, back: str, *, status: int
) -> HttpResponse:
    """Proven, but there is no form to go on with: say so, and lead back to an empty one."""
    page = render(
        request,
        "otpguard/problem.html",
        {
            **context.frame_of(ask),
            "message": messages.problem(code),
            "code": code,
            "back_url": back,
        },
        status=status,
    )
    return pages.hardened(page)

"""The page after a proof: the original page, the kept form, or "done" (DESIGN §5)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.flows.checkpoint.kept_form import open_form
from otpguard.http import pages
from otpguard.http.intents import KEPT_FORM
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import safe_path
from otpguard.web import messages
from otpguard.web.stepup import context


def next_page(request: HttpRequest, facts: RequestFacts, ask: Ask) -> HttpResponse:
    """Where a person goes after the proof.

    A GET is simply asked for again. A kept form is shown under the name of its action and sent
    only by a click, from the browser, with a fresh CSRF token. Without either, a page says that
    it is done and tells the window that asked.
    """
    path = safe_path(request, ask.next)
    if ask.kept:
        return _continue_page(request, facts, ask, path)
    if ask.unkept:
        return _again_page(request, ask, messages.PageProblem.UNKEPT, path, status=200)
    if path:
        response: HttpResponse = SeeOther(path)
        return pages.hardened(response)
    return pages.hardened(render(request, "otpguard/done.html", context.frame_of(ask)))


def _continue_page(request: HttpRequest, facts: RequestFacts, ask: Ask, back: str) -> HttpResponse:
    form = open_form(facts=facts, form_id=ask.kept)
    if form is None:
        return _again_page(request, ask, messages.PageProblem.FORM_GONE, back, status=410)
    mark = "&" if "?" in form.path else "?"
    page = render(
        request,
        "otpguard/continue.html",
        {
            **context.frame_of(ask),
            "url": f"{form.path}{mark}{urlencode({KEPT_FORM: form.id})}",
            "fields": [(name, value) for name, values in form.fields.items() for value in values],
            "withheld": form.withheld,
            "back_url": back,
        },
    )
    return pages.hardened(page)


def _again_page(
    request: HttpRequest, ask: Ask, code: messages.PageProblem, back: str, *, status: int
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

"""The page after a proof: the way to the original page, the kept form, or "done" (DESIGN §5)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.flows.checkpoint.form_labels import label_of
from otpguard.flows.checkpoint.kept_form import Blank, open_form
from otpguard.http import pages
from otpguard.http.intents import KEPT_FORM
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import safe_path
from otpguard.web import messages
from otpguard.web.stepup import context


def next_page(
    request: HttpRequest, facts: RequestFacts, ask: Ask, *, at_once: bool = False
) -> HttpResponse:
    """Where a person goes after the proof.

    A GET is asked for again, once, by a page that stays if what comes is a download; `at_once` is
    for a browser that shows no form of ours, which is redirected. A kept form is shown under the
    name of its action and sent only by a click, from the browser, with a fresh CSRF token. Without
    either, a page says that it is done and tells the window that asked.
    """
    path = safe_path(request, ask.next)
    if ask.kept:
        return _continue_page(request, facts, ask, path)
    if ask.unkept:
        return _again_page(request, ask, messages.PageProblem.UNKEPT, path, status=200)
    if path and at_once:
        response: HttpResponse = SeeOther(path)
        return pages.hardened(response)
    if path:
        return _on_page(request, ask, path)
    return pages.hardened(render(request, "otpguard/done.html", context.frame_of(ask)))


def _on_page(request: HttpRequest, ask: Ask, path: str) -> HttpResponse:
    """Confirmed, and on to the page. A redirect would do unless that is a download: then the dead
    form of the proof would stay, as the browser never leaves it."""
    page = render(
        request,
        "otpguard/on.html",
        {
            **context.frame_of(ask),
            "url": path,
            "started": "started" in request.GET,
            "back_url": safe_path(request, ask.came_from),
        },
    )
    return pages.hardened(page)


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
            "fields": [
                {"name": name, "label": label_of(name, form.labels), "value": value}
                for name, values in form.fields.items()
                for value in values
            ],
            "blanks": [
                {"name": name, "label": label_of(name, form.labels), "kind": kind}
                for name, kind in form.blanks
            ],
            "has_files": any(kind is Blank.FILE for _, kind in form.blanks),
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

"""Translate a refusal once: the challenge page for people, a problem document for machines.

The table of statuses is in the design: challenge and enrollment 401, hold 403 with Retry-After,
denial 403, no store 503. A browser that navigates is sent to the page instead of a 401.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.decision import Reason, RequireChallenge, RequireEnrollment, Wait
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.flows import resume
from otpguard.http import asks, pages
from otpguard.http.guard import RequestRefused, state_of
from otpguard.http.intents import address_of, fits, form_fields
from otpguard.http.login import with_sid
from otpguard.http.problems import STATUS_OF, refusal_problem, wants_problem
from otpguard.labels import REASONS, checkpoint_label


class SeeOther(HttpResponseRedirect):
    """303: whatever the method was, the next request is a GET."""

    status_code = 303


def respond(request: HttpRequest, refused: RequestRefused) -> HttpResponse:
    """The response to a refused request, after writing its event.

    Called where the view's transaction has been unwound, so that the event outlives it.
    """
    state_of(request).write()
    decision = refused.decision
    can_act = isinstance(decision, RequireChallenge | RequireEnrollment)
    facts = with_sid(request, refused.facts) if can_act else refused.facts
    machine = wants_problem(request)
    url = ""
    if can_act and facts.sid:
        ask = replace(refused.ask, sid=facts.sid)
        ask = _with_way_back(request, facts, ask, machine=machine)
        url = reverse("otpguard:choose", args=[asks.seal(ask)])
    if machine:
        absolute = request.build_absolute_uri(url) if url else ""
        return refusal_problem(decision, checkpoint=refused.ask.checkpoint, url=absolute)
    if url:
        response: HttpResponse = SeeOther(url)
    elif decision.reason is Reason.NOT_LOGGED_IN:
        response = redirect_to_login(_return_path(request))
    else:
        response = _page(request, refused)
    response["Cache-Control"] = "private, no-store"
    return response


def _with_way_back(request: HttpRequest, facts: RequestFacts, ask: Ask, *, machine: bool) -> Ask:
    """The ask with where to go on: the page itself, or the form that was kept."""
    if machine:
        return ask  # the client repeats its own call
    ask = replace(ask, next=_return_path(request))
    if request.method in {"GET", "HEAD"}:
        return ask
    if request.method != "POST" or not fits(request):
        return replace(ask, unkept=True)
    held = resume.hold_request(
        facts=facts,
        ask=ask,
        path=address_of(request),
        fields=form_fields(request),
        files=list(request.FILES),
    )
    return replace(ask, held=held, unkept=not held)


def _return_path(request: HttpRequest) -> str:
    """Where a person goes back to: this page, or for a form the page it was sent from."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        parts = urlsplit(referer)
        path = escape_leading_slashes(parts.path)  # "//host" would be another site
        return f"{path}?{parts.query}" if parts.query else path
    return request.path


def _page(request: HttpRequest, refused: RequestRefused) -> HttpResponse:
    decision = refused.decision
    checkpoint = checkpoint_named(refused.ask.checkpoint)
    status = STATUS_OF.get(decision.reason, 403)
    response = render(
        request,
        "otpguard/refused.html",
        {
            "action": checkpoint_label(checkpoint),
            "reason": REASONS[decision.reason],
            "code": str(decision.reason),
            "until": decision.until if isinstance(decision, Wait) else None,
            "support_url": settings().support_url,
            "retry_url": request.get_full_path() if request.method == "GET" else "",
        },
        status=status,
    )
    return pages.hardened(response)

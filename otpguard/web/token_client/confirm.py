"""The pages that an app opens in the system's browser, so that its person confirms there."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import StartReason
from otpguard.core.secrets import same
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.checkpoint.step_up_options import step_up_options
from otpguard.flows.session.hand_over import is_open, use_once
from otpguard.http import pages
from otpguard.http.bearer.client_tokens import (
    TICKET_LIFE,
    OpenedTicket,
    Ticket,
    decrypt_opened,
    decrypt_ticket,
    encrypt_opened,
    return_url_with_code,
)
from otpguard.http.facts import facts_from
from otpguard.http.login import with_sid
from otpguard.http.refusal import SeeOther
from otpguard.http.step_up_url import step_up_url
from otpguard.web.messages import PageProblem
from otpguard.web.stepup.choose import problem_page
from otpguard.web.stepup.context import frame_of

GONE = 410


@login_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def confirm_for_client(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what an app wants to do; POST begins the step-up, once. Only for the person of the
    app's login, while that goes on."""
    ticket = decrypt_ticket(token)
    if ticket is None:
        return problem_page(request, PageProblem.ASK_EXPIRED, status=GONE)
    facts = with_sid(request, facts_from(request))
    problem = _problem(request, facts, ticket)
    if problem is not None:
        return problem
    if request.method != "POST":
        context = {**frame_of(ticket.ask), "client": ticket.client}
        page = render(request, "otpguard/token_client/confirm.html", context)
        return pages.hardened(request, page)
    if not use_once(key=f"ticket {ticket.id}", until=facts.now + TICKET_LIFE):
        return problem_page(request, PageProblem.ASK_EXPIRED, status=GONE)
    opened = encrypt_opened(OpenedTicket(ticket=ticket, browser_sid=facts.sid))
    back = reverse("otpguard:client-done", args=[opened])
    return pages.hardened(request, SeeOther(step_up_url(request, _here(facts, ticket, back))))


@login_required
@require_GET
def back_to_client(request: HttpRequest, token: str) -> HttpResponse:
    """The way back with the code, once the person has confirmed in this very login. Changes
    nothing: the app uses the code."""
    opened = decrypt_opened(token)
    if opened is None:
        return problem_page(request, PageProblem.ASK_EXPIRED, status=GONE)
    facts = facts_from(request)
    if not facts.sid or not same(facts.sid, opened.browser_sid):
        return problem_page(request, StartReason.FOREIGN, status=403)
    problem = _problem(request, facts, opened.ticket)
    if problem is not None:
        return problem
    ask = _here(facts, opened.ticket, request.path)
    try:
        proven = step_up_options(facts, ask).proven
    except StartRefused as refused:
        return problem_page(request, refused.reason, status=403)
    if not proven:
        return pages.hardened(request, SeeOther(step_up_url(request, ask)))
    context = {**frame_of(ask), "url": return_url_with_code(opened, now=facts.now)}
    return pages.hardened(request, render(request, "otpguard/token_client/back.html", context))


def _here(facts: RequestFacts, ticket: Ticket, back: str) -> Ask:
    """What the app asks for, to be confirmed in this browser's login."""
    return replace(ticket.ask, sid=facts.sid, next=back)


def _problem(request: HttpRequest, facts: RequestFacts, ticket: Ticket) -> HttpResponse | None:
    ask = ticket.ask
    if ask.user != facts.user:
        return problem_page(request, PageProblem.OTHER_ACCOUNT, status=403)
    if ask.tenant != facts.tenant:
        return problem_page(request, PageProblem.OTHER_TENANT, status=403)
    if not is_open(user=ask.user, sid=ask.sid):
        return problem_page(request, PageProblem.ASK_EXPIRED, status=GONE)
    return None

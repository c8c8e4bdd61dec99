"""What an app is answered that has a login of its own and must have its person confirm."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from otpguard.conf import settings
from otpguard.core.decision import Refusal, RequireChallenge
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.http.bearer.client_tokens import Ticket, encrypt_ticket
from otpguard.http.problems import refusal_problem

RETURN_HEADER = "Otpguard-Return"


def client_refusal(
    request: HttpRequest,
    decision: Refusal,
    *,
    facts: RequestFacts,
    ask: Ask,
    subject: Mapping[str, str],
) -> HttpResponse:
    """The problem document, with the page that the app opens in the system's browser, and the id of
    this call, which it keeps and shows with the code."""
    url = reverse("otpguard:security")
    if isinstance(decision, RequireChallenge):
        ticket = Ticket(ask=ask, client=facts.agent, return_url=_return_url(request))
        url = reverse("otpguard:client", args=[encrypt_ticket(ticket)])
        subject = {**subject, "call_id": ticket.id}
    return refusal_problem(
        decision,
        checkpoint=ask.checkpoint,
        url=request.build_absolute_uri(url),
        subject=subject,
        in_browser=True,
    )


def _return_url(request: HttpRequest) -> str:
    """The listed address that the app has named, else the first one."""
    listed = settings().client_return_urls
    named = request.headers.get(RETURN_HEADER, "")
    return named if named in listed else listed[0]

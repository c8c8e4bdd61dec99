"""The page where a visitor without an account enters the code, and its buttons."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.core.logo import UNNAMED
from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.reasons import AnswerReason
from otpguard.core.secrets import HiddenText
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.ask_columns import ask_of
from otpguard.flows.challenge.close import cancel_challenge
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.number.answer import NumberProven, answer_number_challenge
from otpguard.forms.challenge import AnswerForm
from otpguard.http import pages
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import safe_path
from otpguard.models import Challenge
from otpguard.web import messages
from otpguard.web.number.browser import COOKIE, anonymous_facts
from otpguard.web.number.number_url import token_of
from otpguard.web.stepup import context
from otpguard.web.stepup.choose import problem_page
from otpguard.web.stepup.code_page import (
    NO_NOTES,
    ChallengeUrls,
    PageNotes,
    PagePlace,
    code_page,
    notes_of_rejected,
    notes_of_resend,
)


@sensitive_post_parameters("code")
@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def number_code(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """GET shows where the code went; POST verifies an answer."""
    facts = _facts(request)
    if request.method == "POST":
        return _answer(request, facts, challenge_id)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    if challenge.state == ChallengeState.VERIFIED:
        return redirect("otpguard:number-continue", challenge_id=challenge.pk)
    return _page(request, facts, challenge)


def _answer(request: HttpRequest, facts: RequestFacts, challenge_id: UUID) -> HttpResponse:
    form = AnswerForm(request.POST)
    challenge = own(facts, challenge_id)
    if challenge is not None and not form.is_valid():
        wrong = PageNotes(error=str(form.errors["code"][0]), status=400)
        return _page(request, facts, challenge, wrong)
    # Of a foreign challenge the flow is called all the same, so that the answer writes its event.
    given = HiddenText(form.cleaned_data["code"] if challenge is not None else "")
    answered = answer_number_challenge(facts=facts, challenge_id=challenge_id, given=given)
    if challenge is None:
        return _unknown(request)
    if isinstance(answered, NumberProven) or answered.reason is AnswerReason.USED:
        response = SeeOther(reverse("otpguard:number-continue", args=[challenge_id]))
        return pages.hardened(request, response)
    challenge = own(facts, challenge_id)
    if challenge is None:  # it was deleted with its tenant
        return _unknown(request)
    return _page(request, facts, challenge, notes_of_rejected(answered, now=facts.now))


@login_not_required
@require_GET
def number_continue(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Go on to the page that needs the number; before a right answer, back to the code."""
    facts = _facts(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    if challenge.state != ChallengeState.VERIFIED:
        return redirect("otpguard:number-code", challenge_id=challenge.pk)
    path = safe_path(request, challenge.next)
    if path:
        return pages.hardened(request, SeeOther(path))
    frame = context.frame_of(ask_of(challenge), look=UNNAMED)
    return pages.hardened(request, render(request, "otpguard/done.html", frame))


@login_not_required
@csrf_protect
@require_POST
def number_again(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Send once more, or by another way."""
    facts = _facts(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    another_way = "another_way" in request.POST
    try:
        resend_code(facts=facts, challenge_id=challenge_id, another_way=another_way)
    except StartRefused as refused:
        return _page(request, facts, challenge, notes_of_resend(refused, now=facts.now))
    return redirect("otpguard:number-code", challenge_id=challenge.pk)


@login_not_required
@csrf_protect
@require_POST
def number_cancel(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Give up this number and go back to enter another one."""
    facts = _facts(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    cancel_challenge(facts=facts, challenge=challenge, reason="by the visitor")
    return redirect(_enter_url(challenge))


def own(facts: RequestFacts, challenge_id: UUID) -> Challenge | None:
    """The challenge if this browser started it, in this tenant."""
    if not facts.browser:
        return None
    mine = Challenge.objects.of(sid="", user="", tenant=facts.tenant, browser=facts.browser)
    return mine.select_related("tenant").filter(pk=challenge_id).first()


def _facts(request: HttpRequest) -> RequestFacts:
    return anonymous_facts(request, COOKIE.read(request))


def _unknown(request: HttpRequest) -> HttpResponse:
    return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)


def _enter_url(challenge: Challenge) -> str:
    # A challenge does not keep whether e-mail came first; only a stranger's shows that it need not.
    email_first = challenge.spend_lane != SpendLane.STRANGER
    ask = replace(ask_of(challenge), email_first=email_first)
    return reverse("otpguard:number", args=[token_of(ask)])


def _page(
    request: HttpRequest, facts: RequestFacts, challenge: Challenge, notes: PageNotes = NO_NOTES
) -> HttpResponse:
    key = challenge.pk
    urls = ChallengeUrls(
        code=reverse("otpguard:number-code", args=[key]),
        again=reverse("otpguard:number-again", args=[key]),
        cancel=reverse("otpguard:number-cancel", args=[key]),
        proceed=reverse("otpguard:number-continue", args=[key]),
    )
    enter = _enter_url(challenge)
    place = PagePlace(urls=urls, other_ways_url=enter, number_url=enter, look=UNNAMED)
    return code_page(request, challenge, place=place, notes=notes, now=facts.now)

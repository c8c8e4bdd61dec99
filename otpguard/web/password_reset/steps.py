"""The confirmation between the link and the new password, for somebody who is not logged in."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.core.logo import UNNAMED
from otpguard.core.password_reset import ResetNeed, opens_link
from otpguard.core.reasons import AnswerReason
from otpguard.core.secrets import HiddenText
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Verified, answer_challenge
from otpguard.flows.challenge.close import cancel_challenge
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.challenge.start import start_challenge
from otpguard.flows.checkpoint.step_up_options import step_up_options
from otpguard.flows.password_reset.link import denial_for
from otpguard.flows.password_reset.need import state_of_reset
from otpguard.forms.challenge import AnswerForm, ChooseForm
from otpguard.http import pages
from otpguard.http.refusal import SeeOther
from otpguard.models import Challenge
from otpguard.web import messages
from otpguard.web.password_reset.place import ResetPlace, reset_place
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
from otpguard.web.stepup.pages import page_of

GONE = 410


@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def choose_factor(request: HttpRequest) -> HttpResponse:
    """GET lists the person's factors; POST starts a challenge with one of them."""
    place = reset_place(request)
    if place is None:
        return _no_link(request)
    if request.method != "POST":
        return _choices(request, place)
    form = ChooseForm(request.POST)
    if not form.is_valid():
        return _choices(request, place, error=str(form.errors["factor"][0]), status=400)
    try:
        challenge = start_challenge(
            facts=place.facts,
            ask=place.ask,
            factor_id=str(form.cleaned_data["factor"]),
            language=get_language() or "",
        )
    except StartRefused as refused:
        error = messages.start_refused(refused.reason)
        wait = messages.Waiting.of(refused.retry_after, now=place.facts.now)
        response = _choices(request, place, error=error, wait=wait, status=429)
        if refused.retry_after:
            response["Retry-After"] = str(refused.retry_after)
        return response
    return redirect("otpguard:reset-code", challenge_id=challenge.pk)


@sensitive_post_parameters("code")
@login_not_required
@csrf_protect
@require_http_methods(["GET", "POST"])
def reset_code(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """GET shows where the code went; POST verifies an answer."""
    place = reset_place(request)
    if place is None:
        return _no_link(request)
    challenge = _own(place.facts, challenge_id)
    if request.method == "POST":
        return _answer(request, place, challenge, challenge_id)
    if challenge is None:
        return _unknown(request)
    if challenge.state == ChallengeState.VERIFIED:
        return redirect("otpguard:reset-continue", challenge_id=challenge.pk)
    return _page(request, challenge, place)


@login_not_required
@require_GET
def reset_continue(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Go on to the new password; before a right answer, back to the code."""
    place = reset_place(request)
    if place is None:
        return _no_link(request)
    challenge = _own(place.facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    if challenge.state != ChallengeState.VERIFIED:
        return redirect("otpguard:reset-code", challenge_id=challenge.pk)
    return pages.hardened(request, SeeOther(place.ask.next))


@login_not_required
@csrf_protect
@require_POST
def reset_again(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Send once more, or by another way."""
    place = reset_place(request)
    if place is None:
        return _no_link(request)
    challenge = _own(place.facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    another_way = "another_way" in request.POST
    try:
        resend_code(facts=place.facts, challenge_id=challenge_id, another_way=another_way)
    except StartRefused as refused:
        return _page(request, challenge, place, notes_of_resend(refused, now=place.facts.now))
    return redirect("otpguard:reset-code", challenge_id=challenge.pk)


@login_not_required
@csrf_protect
@require_POST
def reset_cancel(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Give up this one, and choose again."""
    place = reset_place(request)
    if place is None:
        return _no_link(request)
    challenge = _own(place.facts, challenge_id)
    if challenge is None:
        return _unknown(request)
    cancel_challenge(facts=place.facts, challenge=challenge, reason="by the person")
    return redirect("otpguard:reset")


@login_not_required
@csrf_protect
def link_is_gone(request: HttpRequest) -> HttpResponse:
    """In place of a host's own page for links that count no more, whatever they say."""
    return _no_link(request)


def _choices(
    request: HttpRequest,
    place: ResetPlace,
    *,
    error: str = "",
    wait: messages.Waiting | None = None,
    status: int = 200,
) -> HttpResponse:
    state = state_of_reset(place.facts, place.user)
    if opens_link(state.need):
        return pages.hardened(request, SeeOther(place.ask.next))
    if state.need is ResetNeed.ADMINISTRATOR:
        return administrator_page(request, place)
    options = step_up_options(place.facts, place.ask)
    response = render(
        request,
        "otpguard/choose.html",
        {
            **context.frame_of(place.ask, look=UNNAMED),
            "factors": context.choices(options.factors, options.rows),
            "error": error,
            "wait": wait,
            "lost": True,
        },
        status=status,
    )
    return pages.hardened(request, response)


def administrator_page(request: HttpRequest, place: ResetPlace) -> HttpResponse:
    """The page for somebody who has nothing that would be enough."""
    code = messages.PageProblem.RESET_ADMINISTRATOR
    if place.logs_in:
        code = messages.PageProblem.LOGIN_ADMINISTRATOR
    return problem_page(request, code, status=403)


def _answer(
    request: HttpRequest, place: ResetPlace, challenge: Challenge | None, challenge_id: UUID
) -> HttpResponse:
    form = page_of(challenge).form(request.POST) if challenge else AnswerForm(request.POST)
    if challenge is not None and not form.is_valid():
        wrong = PageNotes(error=str(form.errors["code"][0]), status=400)
        return _page(request, challenge, place, wrong)
    # Of a foreign challenge the flow is called all the same, so that the answer writes its event.
    given = HiddenText(form.cleaned_data["code"] if challenge is not None else "")
    answered = answer_challenge(facts=place.facts, challenge_id=challenge_id, given=given)
    if challenge is None:
        return _unknown(request)
    if isinstance(answered, Verified) or answered.reason is AnswerReason.USED:
        response = SeeOther(reverse("otpguard:reset-continue", args=[challenge_id]))
        return pages.hardened(request, response)
    challenge = _own(place.facts, challenge_id)
    if challenge is None:  # it was deleted with its factor
        return _unknown(request)
    page = _page(request, challenge, place, notes_of_rejected(answered, now=place.facts.now))
    if answered.retry_after:
        page["Retry-After"] = str(answered.retry_after)
    return page


def _own(facts: RequestFacts, challenge_id: UUID) -> Challenge | None:
    """The challenge if it is this person's, of this link and this browser."""
    mine = Challenge.objects.of(sid=facts.sid, user=facts.user, tenant="")
    return mine.select_related("user", "factor", "tenant").filter(pk=challenge_id).first()


def _no_link(request: HttpRequest) -> HttpResponse:
    return problem_page(request, messages.PageProblem.RESET_LINK_GONE, status=GONE)


def _unknown(request: HttpRequest) -> HttpResponse:
    return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)


def _page(
    request: HttpRequest, challenge: Challenge, reset: ResetPlace, notes: PageNotes = NO_NOTES
) -> HttpResponse:
    key = challenge.pk
    denial = denial_for(reset.token)
    urls = ChallengeUrls(
        code=reverse("otpguard:reset-code", args=[key]),
        again=reverse("otpguard:reset-again", args=[key]),
        cancel=reverse("otpguard:reset-cancel", args=[key]),
        proceed=reverse("otpguard:reset-continue", args=[key]),
        repudiate=reverse("otpguard:reset-not-me", args=[denial]) if denial else "",
    )
    place = PagePlace(urls=urls, other_ways_url=reverse("otpguard:reset"), look=UNNAMED)
    return code_page(request, challenge, place=place, notes=notes, now=reset.facts.now)

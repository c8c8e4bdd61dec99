"""The page where the code is entered, and its buttons."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.binding import CHANGE
from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.core.logo import UNNAMED, TenantLook
from otpguard.core.reasons import AnswerReason
from otpguard.core.secrets import HiddenText
from otpguard.exceptions import StartRefused
from otpguard.factors.phone import just_typed
from otpguard.flows.challenge.answer import Verified, answer_challenge
from otpguard.flows.challenge.answer_reading import read_for_answer
from otpguard.flows.challenge.ask_columns import ask_of
from otpguard.flows.challenge.close import cancel_challenge, repudiate_challenge
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.checkpoint.step_up_options import lacks_companion
from otpguard.http import pages
from otpguard.http.facts import facts_from
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import safe_path, with_next
from otpguard.http.step_up_url import enroll_url, step_up_url
from otpguard.models import Challenge
from otpguard.web import messages
from otpguard.web.security.own_pages import back
from otpguard.web.stepup import context
from otpguard.web.stepup.after_proof import mark_proven_session
from otpguard.web.stepup.choose import problem_page
from otpguard.web.stepup.code_page import (
    NO_NOTES,
    PageNotes,
    PagePlace,
    code_page,
    notes_of_rejected,
    notes_of_resend,
    urls_of,
)
from otpguard.web.stepup.next_page import next_page
from otpguard.web.stepup.pages import page_of


@sensitive_post_parameters("code")
@login_required
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """GET shows where the code went; POST verifies an answer."""
    facts = facts_from(request)
    if request.method == "POST":
        return _answer(request, facts, challenge_id)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    if challenge.state == ChallengeState.VERIFIED:
        return redirect("otpguard:continue", challenge_id=challenge.pk)
    return _page(request, facts, challenge)


def _answer(request: HttpRequest, facts: RequestFacts, challenge_id: UUID) -> HttpResponse:
    read = read_for_answer(facts, challenge_id)
    if read is None:
        # The flow is called all the same, so that an answer to a foreign challenge writes its
        # event.
        answer_challenge(facts=facts, challenge_id=challenge_id, given="")
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    form = page_of(read.challenge).form(request.POST)
    if not form.is_valid():
        wrong = PageNotes(error=str(form.errors["code"][0]), status=400)
        return _page(request, facts, read.challenge, wrong)
    given = HiddenText(form.cleaned_data["code"])
    answered = answer_challenge(facts=facts, challenge_id=challenge_id, given=given, read=read)
    if isinstance(answered, Verified):
        response = SeeOther(reverse("otpguard:continue", args=[challenge_id]))
        mark_proven_session(request, response, facts=facts, factor=answered.challenge.factor)
        return pages.hardened(request, response)
    challenge = own(facts, challenge_id)
    if challenge is None:  # it was deleted with its factor
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    if answered.reason is AnswerReason.USED:
        return redirect("otpguard:continue", challenge_id=challenge.pk)
    page = _page(request, facts, challenge, notes_of_rejected(answered, now=facts.now))
    if answered.retry_after:
        page["Retry-After"] = str(answered.retry_after)
    return page


@login_required
@require_GET
def go_on(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """The page after a right answer; before one, back to the code."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    if challenge.state != ChallengeState.VERIFIED:
        return redirect("otpguard:code", challenge_id=challenge.pk)
    ask = ask_of(challenge)
    if checkpoint_named(ask.checkpoint).rebinds and lacks_companion(facts, ask):
        # A recovery code is half of a recovery; the other half is asked for first.
        return SeeOther(step_up_url(request, ask))
    if challenge.enrolls and ask.next == reverse("otpguard:security"):
        return back(_added(challenge, facts))
    return next_page(request, facts, ask)


@login_required
@require_POST
def again(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Send once more, or by another way."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    another_way = "another_way" in request.POST
    try:
        resend_code(facts=facts, challenge_id=challenge_id, another_way=another_way)
    except StartRefused as refused:
        return _page(request, facts, challenge, notes_of_resend(refused, now=facts.now))
    return redirect("otpguard:code", challenge_id=challenge.pk)


@login_required
@require_POST
def cancel(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Give up and go back."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    cancel_challenge(facts=facts, challenge=challenge, reason="by the person")
    back = safe_path(request, challenge.came_from) or safe_path(request, challenge.next)
    return redirect(back or pages.home_url())


@login_required
@require_http_methods(["GET", "POST"])
def repudiate(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """ "This was not me": GET explains, only POST acts (A8)."""
    facts = facts_from(request)
    challenge = Challenge.objects.filter(pk=challenge_id, user_id=facts.user).first()
    if challenge is None:
        return problem_page(request, messages.PageProblem.UNKNOWN_CHALLENGE, status=404)
    done = False
    if request.method == "POST":
        repudiate_challenge(facts=facts, challenge_id=challenge_id)
        done = True
    frame = context.frame_of(ask_of(challenge))
    page = render(
        request, "otpguard/repudiate.html", {**frame, "challenge": challenge.pk, "done": done}
    )
    return pages.hardened(request, page)


def own(facts: RequestFacts, challenge_id: UUID) -> Challenge | None:
    """The challenge if it is this user's, in this login session and tenant (A23)."""
    mine = Challenge.objects.of(sid=facts.sid, user=facts.user, tenant=facts.tenant)
    return mine.select_related("user", "factor", "tenant").filter(pk=challenge_id).first()


def _look(challenge: Challenge) -> TenantLook:
    """Name, brand and logo of its tenant."""
    tenant = challenge.tenant
    return TenantLook(tenant.name, tenant.brand, tenant.logo) if tenant else UNNAMED


def _other_ways(request: HttpRequest, challenge: Challenge) -> str:
    """Where another way is chosen: of adding one for what somebody adds by choice."""
    if challenge.enrolls and challenge.checkpoint == CHANGE:
        return reverse("otpguard:add")
    return step_up_url(request, ask_of(challenge))


def _number_page(request: HttpRequest, challenge: Challenge) -> str:
    """Where a number that was just typed is typed again; empty for any other challenge."""
    factor = challenge.factor
    if factor is None or not just_typed(challenge):
        return ""
    if challenge.checkpoint != CHANGE:
        return enroll_url(request, ask_of(challenge), factor.kind)
    if factor.replaces_id is not None:
        return reverse("otpguard:change-number", args=[factor.replaces_id])
    return with_next(reverse("otpguard:add-kind", args=[factor.kind]), challenge.next)


def _added(challenge: Challenge, facts: RequestFacts) -> str:
    """The word for the Security page once a factor is set up that was added there."""
    usable_from = challenge.factor.usable_from if challenge.factor else None
    return "added_waiting" if usable_from and usable_from > facts.now else "added"


def _page(
    request: HttpRequest, facts: RequestFacts, challenge: Challenge, notes: PageNotes = NO_NOTES
) -> HttpResponse:
    return code_page(
        request,
        challenge,
        place=PagePlace(
            urls=urls_of(challenge.pk),
            other_ways_url=_other_ways(request, challenge),
            number_url=_number_page(request, challenge),
            look=_look(challenge),
            by_choice=challenge.enrolls and challenge.checkpoint == CHANGE,
        ),
        notes=notes,
        now=facts.now,
    )

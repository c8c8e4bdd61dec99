"""The page where the code is entered, and its buttons."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.answer import Verified, answer
from otpguard.flows.close import cancel as cancel_challenge
from otpguard.flows.close import repudiate
from otpguard.flows.resend import resend
from otpguard.flows.standing import lacks_companion
from otpguard.http import asks, pages, references
from otpguard.http.facts import facts_from
from otpguard.http.refusal import SeeOther
from otpguard.models import Challenge
from otpguard.web import context, messages
from otpguard.web.looks import look_of
from otpguard.web.proven import welcome
from otpguard.web.views.choose import problem_page
from otpguard.web.views.way_on import safe_path, way_on


@login_required
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """GET shows where the code went; POST judges an answer."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        if request.method == "POST":
            # Judged all the same, so that a foreign answer leaves its event.
            answer(facts=facts, challenge_id=challenge_id, given="")
        return problem_page(request, "unknown_challenge", status=404)
    if request.method == "GET":
        if challenge.state == ChallengeState.VERIFIED:
            return redirect("otpguard:continue", challenge_id=challenge.pk)
        return _page(request, facts, challenge)
    form = look_of(challenge).form(request.POST)
    if not form.is_valid():
        return _page(request, facts, challenge, error=str(form.errors["code"][0]), status=400)
    judged = answer(facts=facts, challenge_id=challenge_id, given=form.cleaned_data["code"])
    if isinstance(judged, Verified):
        response = SeeOther(reverse("otpguard:continue", args=[challenge.pk]))
        welcome(request, response, facts=facts, factor=judged.challenge.factor)
        return pages.hardened(response)
    challenge.refresh_from_db()
    if judged.reason == "used":
        return redirect("otpguard:continue", challenge_id=challenge.pk)
    status = 429 if judged.retry_after else 400
    page = _page(request, facts, challenge, error=messages.rejected(judged), status=status)
    if judged.retry_after:
        page["Retry-After"] = str(judged.retry_after)
    return page


@login_required
@require_GET
def go_on(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """The page after a right answer; before one, back to the code."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, "unknown_challenge", status=404)
    if challenge.state != ChallengeState.VERIFIED:
        return redirect("otpguard:code", challenge_id=challenge.pk)
    ask = _ask(challenge)
    if checkpoint_named(ask.checkpoint).rebinds and lacks_companion(facts, ask):
        # A saved code is half of a recovery; the other half is asked for before anything goes on.
        return SeeOther(reverse("otpguard:choose", args=[asks.seal(ask)]))
    return way_on(request, facts, ask)


@login_required
@require_POST
def again(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Send once more, or by another way."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, "unknown_challenge", status=404)
    another_way = "another_way" in request.POST
    try:
        resend(facts=facts, challenge_id=challenge_id, another_way=another_way)
    except StartRefused as refused:
        error = messages.problem(refused.reason)
        if refused.reason == "wait":
            wait = messages.duration(refused.retry_after)
            error = _("You can ask for another code in %(wait)s.") % {"wait": wait}
        return _page(request, facts, challenge, again_error=error, status=429)
    return redirect("otpguard:code", challenge_id=challenge.pk)


@login_required
@require_POST
def cancel(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """Give up and go back."""
    facts = facts_from(request)
    challenge = own(facts, challenge_id)
    if challenge is None:
        return problem_page(request, "unknown_challenge", status=404)
    cancel_challenge(facts=facts, challenge=challenge, reason="by the person")
    return redirect(safe_path(request, challenge.next) or "/")


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """ "This was not me": GET explains, only POST acts (A8)."""
    facts = facts_from(request)
    challenge = Challenge.objects.filter(pk=challenge_id, user_id=facts.user).first()
    if challenge is None:
        return problem_page(request, "unknown_challenge", status=404)
    done = False
    if request.method == "POST":
        repudiate(facts=facts, challenge_id=challenge_id)
        done = True
    frame = context.frame_of(_ask(challenge))
    page = render(
        request, "otpguard/report.html", {**frame, "challenge": challenge.pk, "done": done}
    )
    return pages.hardened(page)


@require_GET
def status(_request: HttpRequest, reference: str) -> HttpResponse:
    """How the sending goes, for the page's poll. Never touches the session (C3)."""
    challenge_id = references.unseal(reference)
    challenge = (
        Challenge.objects.select_related("user").filter(pk=challenge_id).first()
        if challenge_id
        else None
    )
    if challenge is None:
        raise Http404
    return pages.hardened(JsonResponse(context.status(challenge, now=timezone.now())))


def own(facts: RequestFacts, challenge_id: UUID) -> Challenge | None:
    """The challenge if it is this user's, in this login session and tenant (A23)."""
    mine = Challenge.objects.of(sid=facts.sid, user=facts.user, tenant=facts.tenant)
    return mine.select_related("user", "factor").filter(pk=challenge_id).first()


def _ask(challenge: Challenge) -> Ask:
    return Ask(
        checkpoint=challenge.checkpoint,
        tenant=str(challenge.tenant_id or ""),
        user=str(challenge.user_id),
        sid=challenge.sid,
        story=str(challenge.story),
        target=challenge.target.reveal(),
        next=challenge.next,
        intent=challenge.intent,
        held=str(challenge.held or ""),
        binds=challenge.binds,
        unkept=challenge.unkept,
    )


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    challenge: Challenge,
    *,
    error: str = "",
    again_error: str = "",
    status: int = 200,
) -> HttpResponse:
    live = context.status(challenge, now=facts.now)
    expired = challenge.expires_at <= facts.now
    look = look_of(challenge)
    response = render(
        request,
        look.template,
        {
            **look.details(challenge),
            **context.frame_of(_ask(challenge)),
            "challenge": challenge.pk,
            "form": look.form(),
            "error": error,
            "again_error": again_error,
            "status": live,
            "lines": context.delivery_lines(challenge),
            "open": live["open"] and not expired,
            "expired": expired,
            "attempts_left": challenge.max_attempts - challenge.attempts,
            "poll_url": reverse("otpguard:status", args=[references.seal(challenge.pk)]),
            "back_url": safe_path(request, challenge.next),
            "expires_at": challenge.expires_at,
        },
        status=status,
    )
    return pages.hardened(response)

"""The first page of a step-up: what is to be confirmed, and with which factor."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.decision import Reason
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import StartReason, WhyNotStarted
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.challenge.start import start_challenge
from otpguard.flows.checkpoint.assurance import assurance_of
from otpguard.flows.checkpoint.login_risk import risk_of_session
from otpguard.flows.checkpoint.step_up_options import StepUpOptions, is_own, step_up_options
from otpguard.forms.challenge import ChooseForm
from otpguard.http import pages
from otpguard.http.assurance import text_of
from otpguard.http.facts import facts_from
from otpguard.http.return_path import safe_path
from otpguard.http.step_up_url import ask_of
from otpguard.labels import reason_text, risk_texts
from otpguard.web import messages
from otpguard.web.federation.ways import IdpWay, idp_ways
from otpguard.web.federation.words import WORDS
from otpguard.web.stepup import context
from otpguard.web.stepup.next_page import next_page
from otpguard.web.stepup.recovery import email_choice, without_recovery

_PLAIN = frozenset({Reason.NO_PROOF, Reason.PROVEN, Reason.NO_FACTOR})
"""Reasons for which the page has its own wording."""

_LOG_OUT = frozenset({StartReason.SESSION_ENDED, StartReason.STALE_LOGIN})
"""Problems whose sentence tells people to log out."""


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """GET names the action and lists the factors; POST starts a challenge with one of them."""
    ask = ask_of(request, token)
    if ask is None:
        return problem_page(request, messages.PageProblem.ASK_EXPIRED, status=410)
    facts = facts_from(request)
    if not is_own(facts, ask):
        if ask.tenant != facts.tenant:
            return problem_page(request, messages.PageProblem.OTHER_TENANT, status=403)
        return problem_page(request, StartReason.FOREIGN, status=403)
    if request.method == "POST":
        return _start(request, facts, ask, token)
    return _show(request, facts, ask, token)


def _start(request: HttpRequest, facts: RequestFacts, ask: Ask, token: str) -> HttpResponse:
    form = ChooseForm(request.POST)
    if not form.is_valid():
        error = str(form.errors["factor"][0])
        return _show(request, facts, ask, token, error=error, status=400)
    try:
        challenge = start_challenge(
            facts=facts,
            ask=ask,
            factor_id=str(form.cleaned_data["factor"]),
            by_email=form.cleaned_data["by_email"],
            language=get_language() or "",
        )
    except StartRefused as refused:
        error = messages.start_refused(refused.reason)
        wait = messages.Waiting.of(refused.retry_after, now=facts.now)
        response = _show(request, facts, ask, token, error=error, wait=wait, status=429)
        if refused.retry_after:
            response["Retry-After"] = str(refused.retry_after)
        return response
    return redirect("otpguard:code", challenge_id=challenge.pk)


def _show(
    request: HttpRequest,
    facts: RequestFacts,
    ask: Ask,
    token: str,
    *,
    error: str = "",
    wait: messages.Waiting | None = None,
    status: int = 200,
) -> HttpResponse:
    """The factors to choose from, or the page that must be shown instead."""
    try:
        options = step_up_options(facts, ask)
    except StartRefused as refused:
        return problem_page(request, refused.reason, status=403)
    if options.proven:
        return next_page(request, facts, ask, at_once=True)
    ways = idp_ways(options, facts, ask, token)
    if options.enrollment is not None and not ways:
        return redirect("otpguard:enroll", token=token)
    error = error or str(WORDS.get(request.GET.get("sso", ""), ""))
    return _page(request, ask, options, token, ways, error=error, wait=wait, status=status)


def _page(
    request: HttpRequest,
    ask: Ask,
    options: StepUpOptions,
    token: str,
    ways: list[IdpWay],
    *,
    error: str,
    wait: messages.Waiting | None,
    status: int,
) -> HttpResponse:
    evidence = options.evidence
    response = render(
        request,
        "otpguard/choose.html",
        {
            **context.frame_of(ask, look=evidence.look),
            "factors": context.choices(_others(options), options.rows),
            "email": email_choice(options),
            "ways": ways,
            "risks": risks_of(request, ask),
            "why": "" if options.reason in _PLAIN else _why(request, ask, options),
            "error": error,
            "wait": wait,
            "back_url": safe_path(request, ask.came_from) or safe_path(request, ask.next),
            "enroll_url": reverse("otpguard:enroll", args=[token]),
        },
        status=status,
    )
    return pages.hardened(request, response)


def _why(request: HttpRequest, ask: Ask, options: StepUpOptions) -> str:
    """Why the last proof is not enough, in the words of `otpguard.assurance` if it has any."""
    facts, checkpoint = facts_from(request), checkpoint_named(ask.checkpoint)
    seen = assurance_of(facts, checkpoint, evidence=options.evidence)
    same_reason = seen.reason is options.reason
    return text_of(seen) if same_reason else str(reason_text(options.reason))


def risks_of(request: HttpRequest, ask: Ask) -> list[str]:
    """Why this login is asked, where a risk was found; nothing at other checkpoints."""
    if not checkpoint_named(ask.checkpoint).asks_by_risk:
        return []
    return risk_texts(risk_of_session(facts_from(request)).risk.reasons)


def _others(options: StepUpOptions) -> tuple[str, ...]:
    """The factors to offer; no recovery codes to a person who has just used one."""
    if options.reason is not Reason.RECOVERY_INCOMPLETE:
        return options.factors
    return without_recovery(options)


def problem_page(
    request: HttpRequest, code: messages.PageProblem | WhyNotStarted, *, status: int
) -> HttpResponse:
    """A page that says why this step-up cannot go on and what to do instead."""
    response = render(
        request,
        "otpguard/problem.html",
        {
            "message": messages.problem(code),
            "code": code,
            "log_out": code in _LOG_OUT,
            "support_url": settings().support_url,
        },
        status=status,
    )
    return pages.hardened(request, response)

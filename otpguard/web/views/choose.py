"""The first page of a step-up: what is asked, and which factor to prove it with."""

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
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.assurance import assurance_of
from otpguard.flows.standing import Standing, is_own, standing_of
from otpguard.flows.start import start
from otpguard.forms.challenge import ChooseForm
from otpguard.http import asks, pages
from otpguard.http.assurance import text_of
from otpguard.http.facts import facts_from
from otpguard.labels import REASONS
from otpguard.web import context, messages
from otpguard.web.recovery import mail_choice, without_recovery
from otpguard.web.views.way_on import safe_path, way_on

_PLAIN = frozenset({Reason.NO_PROOF, Reason.PROVEN, Reason.NO_FACTOR})
"""Reasons that the page says in its own words."""


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """GET names the action and lists the factors; POST starts a challenge with one of them."""
    ask = asks.unseal(token)
    if ask is None:
        return problem_page(request, "ask_expired", status=410)
    facts = facts_from(request)
    if not is_own(facts, ask):
        reason = "other_tenant" if ask.tenant != facts.tenant else "foreign"
        return problem_page(request, reason, status=403)
    try:
        standing = standing_of(facts, ask)
    except StartRefused as refused:
        return problem_page(request, refused.reason, status=403)
    if standing.proven:
        return way_on(request, facts, ask)
    if standing.enrollment is not None:
        return redirect("otpguard:enroll", token=token)
    if request.method == "POST":
        return _start(request, facts, ask, standing, token)
    return _page(request, ask, standing, token)


def _start(
    request: HttpRequest, facts: RequestFacts, ask: Ask, standing: Standing, token: str
) -> HttpResponse:
    form = ChooseForm(request.POST)
    if not form.is_valid():
        return _page(request, ask, standing, token, error=str(form.errors["factor"][0]), status=400)
    try:
        challenge = start(
            facts=facts,
            ask=ask,
            factor_id=str(form.cleaned_data["factor"]),
            by_mail=form.cleaned_data["by_mail"],
            language=get_language() or "",
        )
    except StartRefused as refused:
        error = messages.start_refused(refused.reason, refused.retry_after)
        response = _page(request, ask, standing, token, error=error, status=429)
        if refused.retry_after:
            response["Retry-After"] = str(refused.retry_after)
        return response
    return redirect("otpguard:code", challenge_id=challenge.pk)


def _page(
    request: HttpRequest,
    ask: Ask,
    standing: Standing,
    token: str,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    response = render(
        request,
        "otpguard/choose.html",
        {
            **context.frame_of(ask),
            "factors": context.choices(_others(standing)),
            "mail": mail_choice(standing),
            "why": "" if standing.reason in _PLAIN else _why(request, ask, standing),
            "level": standing.policy.required_level.name,
            "error": error,
            "back_url": safe_path(request, ask.next),
            "enroll_url": reverse("otpguard:enroll", args=[token]),
        },
        status=status,
    )
    return pages.hardened(response)


def _why(request: HttpRequest, ask: Ask, standing: Standing) -> str:
    """Why the last proof does not do, in the words of `otpguard.assurance` where it says so."""
    seen = assurance_of(facts_from(request), checkpoint_named(ask.checkpoint))
    same_reason = seen.reason is standing.reason
    return text_of(seen) if same_reason else str(REASONS[standing.reason])


def _others(standing: Standing) -> tuple[str, ...]:
    """The factors to offer; saved codes not again to who has shown one and needs another way."""
    if standing.reason is not Reason.RECOVERY_INCOMPLETE:
        return standing.factors
    return without_recovery(standing.factors)


def problem_page(request: HttpRequest, code: str, *, status: int) -> HttpResponse:
    """A page that says why this step-up cannot go on and what to do instead."""
    response = render(
        request,
        "otpguard/problem.html",
        {"message": messages.problem(code), "code": code, "support_url": settings().support_url},
        status=status,
    )
    return pages.hardened(response)

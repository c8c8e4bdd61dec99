"""The page for somebody who has nothing enrolled that would do."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.decision import EnrolledFactor, RequireEnrollment, potential
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors.enrolled import usable
from otpguard.flows.enroll import enroll_phone, is_fresh
from otpguard.flows.standing import Standing, is_own, standing_of
from otpguard.forms.phone import PhoneForm
from otpguard.http import asks, pages
from otpguard.http.facts import facts_from
from otpguard.labels import FACTOR_KINDS, LEVELS
from otpguard.web import context, messages
from otpguard.web.views.choose import problem_page
from otpguard.web.views.way_on import safe_path


@login_required
@require_http_methods(["GET", "POST"])
def enroll(request: HttpRequest, token: str) -> HttpResponse:
    """GET says what is missing; POST binds a phone number and sends the code that confirms it."""
    ask = asks.unseal(token)
    if ask is None:
        return problem_page(request, "ask_expired", status=410)
    facts = facts_from(request)
    if not is_own(facts, ask):
        return problem_page(request, "foreign", status=403)
    try:
        standing = standing_of(facts, ask)
    except StartRefused as refused:
        return problem_page(request, refused.reason, status=403)
    if standing.enrollment is None:
        return redirect("otpguard:choose", token=token)
    if request.method == "POST":
        return _enroll(request, facts, ask, standing)
    return _page(request, facts, ask, standing, PhoneForm())


def _enroll(
    request: HttpRequest, facts: RequestFacts, ask: Ask, standing: Standing
) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, facts, ask, standing, form, status=400)
    try:
        challenge = enroll_phone(
            facts=facts,
            ask=ask,
            number=form.cleaned_data["number"],
            language=get_language() or "",
        )
    except StartRefused as refused:
        form.add_error("number", messages.start_refused(refused.reason, refused.retry_after))
        return _page(request, facts, ask, standing, form, status=429)
    return redirect("otpguard:code", challenge_id=challenge.pk)


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    ask: Ask,
    standing: Standing,
    form: PhoneForm,
    *,
    status: int = 200,
) -> HttpResponse:
    needed = standing.enrollment
    assert needed is not None  # noqa: S101 (enroll() has looked)
    first = not usable(user=facts.user, tenant=facts.tenant).exists()
    possible = first and _phone_would_do(facts, standing, needed)
    response = render(
        request,
        "otpguard/enroll.html",
        {
            **context.frame_of(ask),
            "form": form,
            "level": LEVELS[needed.level],
            "kinds": [FACTOR_KINDS[kind] for kind in FactorKind if kind in needed.kinds],
            "can_enroll_phone": possible and is_fresh(facts),
            "must_log_in_again": possible and not is_fresh(facts),
            "login_url": redirect_to_login(safe_path(request, ask.next) or "/").url,
            "has_other_factor": not first,
            "back_url": safe_path(request, ask.next),
        },
        status=status,
    )
    return pages.hardened(response)


def _phone_would_do(facts: RequestFacts, standing: Standing, needed: RequireEnrollment) -> bool:
    reach = potential(
        EnrolledFactor(id="", kind=FactorKind.PHONE),
        policy=standing.policy,
        profile=settings().assurance_profile,
        primary=facts.primary,
    )
    return reach is not None and reach >= needed.level

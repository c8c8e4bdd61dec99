"""The page for somebody who has no factor that would be enough."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.conf.people.login_backends import line_for
from otpguard.core.assurance import Primary
from otpguard.core.choose import must_be_attested
from otpguard.core.decision import EnrolledFactor
from otpguard.core.reasons import StartReason
from otpguard.exceptions import Ask, StartRefused
from otpguard.factors.enrolled import live_factors
from otpguard.flows.checkpoint.step_up_options import StepUpOptions, is_own, step_up_options
from otpguard.flows.factor.set_up_reason import why_to_set_up
from otpguard.http.facts import facts_from
from otpguard.http.return_path import safe_path
from otpguard.http.step_up_url import ask_of
from otpguard.labels import LEVELS
from otpguard.web.binding import Binding, bind_factor, offered
from otpguard.web.messages import PageProblem
from otpguard.web.security.deadline import deadline_of
from otpguard.web.stepup import context
from otpguard.web.stepup.choose import problem_page, risks_of
from otpguard.web.stepup.set_up_reasons import said


@login_required
@require_http_methods(["GET", "POST"])
def enroll(request: HttpRequest, token: str, kind: str = "") -> HttpResponse:
    """GET says what is missing and offers the kinds that are enough; POST binds one of them."""
    ask = ask_of(request, token)
    if ask is None:
        return problem_page(request, PageProblem.ASK_EXPIRED, status=410)
    facts = facts_from(request)
    if not is_own(facts, ask):
        return problem_page(request, StartReason.FOREIGN, status=403)
    try:
        options = step_up_options(facts, ask)
    except StartRefused as refused:
        return problem_page(request, refused.reason, status=403)
    if options.enrollment is None:
        return redirect("otpguard:choose", token=token)
    return bind_factor(request, facts, _binding(request, ask, options, token, kind))


def _binding(
    request: HttpRequest, ask: Ask, options: StepUpOptions, token: str, kind: str
) -> Binding:
    needed = options.enrollment
    assert needed is not None  # noqa: S101 (enroll() has looked)
    kinds = [each for each in offered() if each in needed.kinds]
    named = [each for each in kinds if each.slug == kind]
    chosen = next(iter([*named, *kinds]), None)
    back = safe_path(request, ask.next)
    facts = facts_from(request)
    why = why_to_set_up(facts, checkpoint=ask.checkpoint, policy=options.policy, level=needed.level)
    by_maker = partial(
        must_be_attested,
        policy=options.policy,
        profile=settings().assurance_profile,
        primary=facts.primary,
    )
    return Binding(
        ask=ask,
        options=options,
        kind=chosen,
        urls={each: reverse("otpguard:enroll-kind", args=[token, each.slug]) for each in kinds},
        template="otpguard/enroll.html",
        context={
            **context.frame_of(ask),
            "level": LEVELS[needed.level],
            "reasons": said(why.reasons),
            "usable_from": why.usable_from,
            "risks": risks_of(request, ask),
            "deadline": deadline_of(request),
            "by_maker": chosen is not None and by_maker(chosen),
            **_on_login(request, ask),
            "has_unvouched": any(by_maker(factor.kind) for factor in _unattested(ask)),
            "again_url": back,
            "back_url": back,
        },
    )


def _on_login(request: HttpRequest, ask: Ask) -> dict[str, Any]:
    """Whether what the person has would do after a login that counts, and to developers what makes
    their login count."""
    if facts_from(request).primary is not Primary.NONE:
        return {}
    backend = str(request.session.get(BACKEND_SESSION_KEY, ""))
    listed = backend in settings().login_backends
    return {
        "login_counts_not": bool(live_factors(user=ask.user, tenant=ask.tenant)),
        "login_line": line_for(backend) if django_settings.DEBUG and not listed else "",
    }


def _unattested(ask: Ask) -> list[EnrolledFactor]:
    """What the person has and no trusted maker vouches for."""
    return [
        factor
        for factor in live_factors(user=ask.user, tenant=ask.tenant)
        if factor.kind.has_webauthn_flags and not factor.attested
    ]

"""The page for somebody who has nothing enrolled that would do."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from otpguard.core.assurance import FactorKind
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.standing import Standing, is_own, standing_of
from otpguard.http import asks
from otpguard.http.facts import facts_from
from otpguard.labels import LEVELS
from otpguard.web import context
from otpguard.web.binding import OFFERED, Binding, bind
from otpguard.web.views.choose import problem_page
from otpguard.web.views.way_on import safe_path


@login_required
@require_http_methods(["GET", "POST"])
def enroll(request: HttpRequest, token: str, kind: str = "") -> HttpResponse:
    """GET says what is missing and offers the kinds that would do; POST binds one of them."""
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
    return bind(request, facts, _binding(request, ask, standing, token, kind))


def _binding(request: HttpRequest, ask: Ask, standing: Standing, token: str, kind: str) -> Binding:
    needed = standing.enrollment
    assert needed is not None  # noqa: S101 (enroll() has looked)
    kinds = [each for each in OFFERED if each in needed.kinds]
    chosen = FactorKind(kind) if kind in kinds else kinds[0] if kinds else None
    back = safe_path(request, ask.next)
    return Binding(
        ask=ask,
        kind=chosen,
        urls={each: reverse("otpguard:enroll-kind", args=[token, each.value]) for each in kinds},
        template="otpguard/enroll.html",
        context={
            **context.frame_of(ask),
            "level": LEVELS[needed.level],
            "login_url": redirect_to_login(back or "/").url,
            "back_url": back,
        },
    )

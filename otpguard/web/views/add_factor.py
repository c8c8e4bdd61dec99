"""Add a way to confirm: first which kind, then the form of that kind."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.assurance import FactorKind
from otpguard.core.binding import CHANGE
from otpguard.core.decision import STRENGTH
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.labels import FACTOR_KINDS, Text
from otpguard.tenants import policies
from otpguard.web import worth
from otpguard.web.binding import OFFERED, Binding, bind
from otpguard.web.own_pages import not_found, own_page
from otpguard.web.views.way_on import safe_path

STRONGEST_FIRST = tuple(kind for kind in STRENGTH if kind in OFFERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One kind to add. `url` is empty where an organization does not accept it."""

    kind: str
    label: Text
    worth: str
    why: Text
    url: str


@own_page
@require_safe
def choose_kind(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The kinds, the strongest first, with what each is worth and why one would want it."""
    urls = _urls(request, facts)
    offers = [
        Offer(
            kind=kind.value,
            label=FACTOR_KINDS[kind],
            worth=worth.offer(kind, facts),
            why=worth.WHY[kind],
            url=urls.get(kind, ""),
        )
        for kind in STRONGEST_FIRST
    ]
    context = {"offers": offers, "support_url": settings().support_url}
    return render(request, "otpguard/security/add.html", context)


@own_page
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, facts: RequestFacts, kind: str) -> HttpResponse:
    """GET shows the form of a kind; POST binds it and leads to the page that confirms it."""
    if kind not in {each.value for each in STRONGEST_FIRST}:
        return not_found(request)
    chosen, urls = FactorKind(kind), _urls(request, facts)
    if chosen not in urls:
        context = {"label": FACTOR_KINDS[chosen], "support_url": settings().support_url}
        return render(request, "otpguard/security/not_accepted.html", context, status=403)
    binding = Binding(
        ask=ask_to_bind(request, facts, _("add: %(kind)s") % {"kind": FACTOR_KINDS[chosen]}),
        kind=chosen,
        urls=urls,
        template="otpguard/security/add_kind.html",
        context={
            "label": FACTOR_KINDS[chosen],
            "worth": worth.offer(chosen, facts),
            "why": worth.WHY[chosen],
            "login_url": redirect_to_login(request.get_full_path()).url,
        },
    )
    return bind(request, facts, binding)


def ask_to_bind(request: HttpRequest, facts: RequestFacts, target: str) -> Ask:
    """The ask of somebody who binds of their own accord; it leads back to where they came from."""
    return Ask(
        checkpoint=CHANGE,
        tenant=facts.tenant,
        user=facts.user,
        sid=facts.sid,
        story=str(uuid4()),
        target=target,
        next=safe_path(request, request.GET.get("next", "")) or reverse("otpguard:security"),
    )


def _urls(request: HttpRequest, facts: RequestFacts) -> dict[FactorKind, str]:
    """The pages of the kinds that every organization of the person accepts here (C26)."""
    policy = policies.user_wide(checkpoint_named(CHANGE), user=facts.user, now=facts.now)
    back = safe_path(request, request.GET.get("next", ""))
    query = f"?{urlencode({'next': back})}" if back else ""
    return {
        kind: reverse("otpguard:add-kind", args=[kind.value]) + query
        for kind in STRONGEST_FIRST
        if kind in policy.allowed_factors
    }

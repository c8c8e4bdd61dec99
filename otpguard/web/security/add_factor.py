"""Add a way to confirm: first which kind, then the form of that kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import factor_kinds, settings
from otpguard.core.binding import CHANGE
from otpguard.core.choose import strength as strength_of
from otpguard.core.factor_kind import FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask, StartRefused
from otpguard.flows.checkpoint.step_up_options import binding_hold
from otpguard.flows.factor.enroll import is_first
from otpguard.flows.factor.set_up_reason import what_was_lost
from otpguard.http.assurance import span
from otpguard.http.return_path import full_path, safe_path, with_next
from otpguard.labels import Text, factor_kind_label
from otpguard.tenants import policies
from otpguard.web.binding import Binding, bind_factor, offered
from otpguard.web.security import strength
from otpguard.web.security.own_pages import not_found, own_page
from otpguard.web.stepup.set_up_reasons import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One kind to add. `url` is empty where a tenant does not accept it."""

    kind: str
    icon: str
    label: Text
    badge: Text
    strength: str
    why: Text
    url: str


@own_page
@require_safe
def choose_kind(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The kinds, the strongest first, with the level that each reaches and its advantage."""
    urls = _urls(request, facts)
    offers = [
        Offer(
            kind=kind.slug,
            icon=kind.icon,
            label=factor_kind_label(kind.slug),
            badge=_(kind.badge) if kind.badge else "",
            strength=strength.offer(kind, facts),
            why=_(kind.why),
            url=urls.get(kind, ""),
        )
        for kind in _strongest_first()
    ]
    lost = what_was_lost(facts) if is_first(facts) else []
    context = {"offers": offers, "reasons": said(lost), "support_url": settings().support_url}
    return render(request, "otpguard/security/add.html", context)


@own_page
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, facts: RequestFacts, kind: str) -> HttpResponse:
    """GET shows the form of a kind; POST binds it and leads to the page that confirms it."""
    chosen = factor_kinds().get(kind)
    if chosen is None or chosen.enroll_order is None:
        return not_found(request)
    label, urls = factor_kind_label(kind), _urls(request, facts)
    if chosen not in urls:
        context = {"label": label, "support_url": settings().support_url}
        return render(request, "otpguard/security/not_accepted.html", context, status=403)
    binding = Binding(
        ask=ask_to_bind(request, facts, _("add: %(kind)s") % {"kind": label}),
        kind=chosen,
        urls=urls,
        template="otpguard/security/add_kind.html",
        context={
            "label": label,
            "strength": strength.offer(chosen, facts),
            "why": _(chosen.why),
            "hold": hold_of(facts) if chosen.waits_beside_others else "",
            "again_url": full_path(request),
        },
    )
    return bind_factor(request, facts, binding)


def ask_to_bind(request: HttpRequest, facts: RequestFacts, target: str) -> Ask:
    """The ask of somebody who adds a factor by choice; it leads back to the page they came from."""
    return Ask(
        checkpoint=CHANGE,
        tenant=facts.tenant,
        user=facts.user,
        sid=facts.sid,
        story=str(uuid4()),
        target=target,
        next=safe_path(request, request.GET.get("next", "")) or reverse("otpguard:security"),
    )


def hold_of(facts: RequestFacts) -> str:
    """How long an additional number waits here, in words; empty if it does not wait."""
    try:
        hold = binding_hold(facts)
    except StartRefused:
        return ""
    return span(hold) if hold > timedelta(0) else ""


def _urls(request: HttpRequest, facts: RequestFacts) -> dict[FactorKind, str]:
    """The pages of the kinds that every tenant of the person accepts here (C26)."""
    wide = policies.user_wide(checkpoint_named(CHANGE), user=facts.user, now=facts.now)
    back = safe_path(request, request.GET.get("next", ""))
    urls = {
        kind: reverse("otpguard:add-kind", args=[kind.slug])
        for kind in _strongest_first()
        if kind.slug in wide.policy.allowed_factors
    }
    return {kind: with_next(url, back) for kind, url in urls.items()} if back else urls


def _strongest_first() -> list[FactorKind]:
    return sorted(offered(), key=strength_of)

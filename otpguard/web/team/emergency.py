"""The emergency envelope: make it, open it by two people, see what is open, end it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.emergency import HOURS
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.emergency.close import end_access
from otpguard.flows.emergency.envelope import CHECKPOINT, make_envelope, openable
from otpguard.flows.emergency.open import enter_code
from otpguard.grants import emergency as access_of
from otpguard.http.guard import require
from otpguard.labels import checkpoint_label
from otpguard.models import EmergencyAccess, Envelope, EnvelopeCode
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page

PREPARED = "prepared by an administrator"


@team_page
@require_safe
def emergency(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """What there is and what is open. Reads only."""
    return _page(request, facts)


@team_page
@require_POST
@sensitive_variables()
def make(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Make an envelope, after a proof, and show its codes: this once."""
    named = sorted(request.POST.getlist("checkpoints"))
    require(request, CHECKPOINT, target=_("make an emergency envelope"), body={"opens": named})
    try:
        _envelope, codes = make_envelope(
            facts=facts, tenant_id=facts.tenant, checkpoints=named, reason=PREPARED
        )
    except InvalidInput as bad:
        return _page(request, facts, status=400, error=bad.message)
    labels = [checkpoint_label(checkpoint_named(slug)) for slug in named]
    return render(request, "otpguard/team/codes.html", {"codes": codes, "opens": labels})


@team_page
@require_POST
@sensitive_post_parameters("code")
@sensitive_variables()
def enter(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Use one code. No step-up: it may be what is broken, and the code is the proof."""
    hours = {str(each): each for each in HOURS}
    try:
        done = enter_code(
            facts=facts,
            tenant_id=facts.tenant,
            code=request.POST.get("code", ""),
            hours=hours.get(request.POST.get("hours", ""), 0),
            drill=request.POST.get("drill") == "on",
            reason=request.POST.get("reason", ""),
        )
    except InvalidInput as bad:
        return _page(request, facts, status=400, error=bad.message)
    except NotAllowed as no:
        return _page(request, facts, status=403, error=no.message)
    return on_to(reverse("otpguard:emergency"), "open" if done.access else "second")


@team_page
@require_POST
def end_emergency(request: HttpRequest, facts: RequestFacts, access_id: UUID) -> HttpResponse:
    """End what is open. Needs no proof: it only ever takes away."""
    row = EmergencyAccess.objects.filter(pk=access_id, tenant_id=facts.tenant).first()
    if row is None:
        return not_found(request)
    end_access(facts=facts, access=row)
    return on_to(reverse("otpguard:emergency"), "closed")


def _page(
    request: HttpRequest, facts: RequestFacts, *, status: int = 200, error: str = ""
) -> HttpResponse:
    envelope = Envelope.objects.filter(tenant_id=facts.tenant, ended_at=None).first()
    left = EnvelopeCode.objects.filter(envelope=envelope, used_at=None).count() if envelope else 0
    return show(
        request,
        "emergency",
        status=status,
        error=error,
        envelope=envelope,
        left=left,
        opens=[_label(slug) for slug in envelope.checkpoints] if envelope else [],
        choices=[(slug, _label(slug)) for slug in openable()],
        hours=HOURS,
        running=access_of.running(facts.tenant, now=facts.now),
    )


def _label(slug: str) -> str:
    return str(checkpoint_label(checkpoint_named(slug))) if slug in openable() else slug

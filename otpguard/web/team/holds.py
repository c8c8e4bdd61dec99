"""Who and what has to wait in the organization, for how long and why; and how a wait ends early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard.account import name_of
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.closure.cancel import cancel_closure
from otpguard.flows.release.held import BILLING_LOCK, CLOSURE, EXPORT
from otpguard.flows.release.lift import (
    CHECKPOINT,
    HeldThing,
    held_things,
    lift_or_ask,
    may_end,
    others_needed,
)
from otpguard.http.guard import require
from otpguard.labels import Text
from otpguard.models import Approval, Tenant
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page

SHOWN = 50
"""The most lines of the list; those that end last."""

ELSEWHERE = {BILLING_LOCK.name: "otpguard:billing-changes", EXPORT.name: "otpguard:releases"}
"""Kinds with a page of their own, where more can be seen and done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """One wait that runs. `may_end` says that the person who looks can end it, `more` how many
    others must agree, `lifters` who can, `page` where more of its kind stands, empty for none.
    `keeps_open` is for the closing of the organization, which is not ended but canceled."""

    id: str
    who: str
    what: Text
    reason: str
    until: datetime
    seconds: int
    lifters: Text
    may_end: bool
    more: int
    page: str
    keeps_open: bool


@team_page
@require_safe
def holds(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The waits that run in the tenant. Reads only."""
    return _page(request, facts)


@team_page
@require_POST
def lift(request: HttpRequest, facts: RequestFacts, hold_id: UUID) -> HttpResponse:
    """End a wait early, or ask others to agree, after a proof for this wait."""
    things = held_things(tenant_id=facts.tenant, now=facts.now)
    thing = next((each for each in things if each.id == str(hold_id)), None)
    if thing is None:
        return not_found(request)
    reason = request.POST.get("reason", "")
    target = _("end the wait of %(name)s") % {"name": _name(thing)}
    require(request, CHECKPOINT, target=target, body={"hold": thing.id, "reason": reason})
    try:
        done = lift_or_ask(facts=facts, kind=thing.kind, held_id=thing.id, reason=reason)
    except InvalidInput as bad:
        return _page(request, facts, status=400, error=bad.message)
    except NotAllowed as no:
        return _page(request, facts, status=403, error=no.message)
    here = reverse("otpguard:holds")
    if isinstance(done, Approval):
        return on_to(here, "asked")
    return on_to(here, "lifted" if done else "over")


@team_page
@require_POST
def keep_open(_request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Let the organization stay open. Asks for no proof: it only takes away."""
    tenant = Tenant.objects.get(pk=facts.tenant)
    done = cancel_closure(facts=facts, tenant=tenant)
    return on_to(reverse("otpguard:holds"), "stays_open" if done else "over")


def _page(
    request: HttpRequest, facts: RequestFacts, *, status: int = 200, error: str = ""
) -> HttpResponse:
    return show(request, "holds", status=status, error=error, lines=hold_lines(facts))


def hold_lines(facts: RequestFacts) -> list[HoldLine]:
    """The waits that run in the tenant, those that end last first."""
    things = held_things(tenant_id=facts.tenant, now=facts.now)[:SHOWN]
    return [_line(facts, thing) for thing in things]


def _line(facts: RequestFacts, thing: HeldThing) -> HoldLine:
    ends = may_end(facts=facts, thing=thing)
    more = others_needed(facts=facts, kind=thing.kind, row=thing.row) if ends else 0
    return HoldLine(
        id=thing.id,
        who=_name(thing),
        what=thing.what,
        reason=thing.reason,
        until=thing.until,
        seconds=int((thing.until - facts.now).total_seconds()),
        lifters=thing.lifters or thing.kind.lifters,
        may_end=ends,
        more=more,
        page=reverse(ELSEWHERE[thing.kind.name]) if thing.kind.name in ELSEWHERE else "",
        keeps_open=thing.kind is CLOSURE,
    )


def _name(thing: HeldThing) -> str:
    return _("everybody") if thing.who is None else name_of(thing.who)

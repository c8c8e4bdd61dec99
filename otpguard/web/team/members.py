"""The members of an organization: who has set up a way to confirm; remind them, or reset theirs."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard.account import name_of
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.factor.reset import CHECKPOINT, check_actor
from otpguard.flows.factor.reset_request import reset_or_ask
from otpguard.flows.tenant.member_reminder import remind_member
from otpguard.http.guard import require
from otpguard.models import Approval, Membership
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page
from otpguard.web.team.member_lines import SHOWS, found_members, lines_of, page_of_members


@team_page
@require_safe
def members(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The active members, a page at a time, by what they have set up and by name. Reads only."""
    asked = request.GET
    shown = asked.get("show", "")
    search = asked.get("q", "").strip()
    page = page_of_members(found_members(facts, shown, search), asked.get("page", ""))
    return show(
        request,
        "members",
        lines=lines_of(facts, list(page)),
        page=page,
        shows=SHOWS.items(),
        shown=shown if shown in SHOWS else "",
        search=search,
    )


@team_page
@require_safe
def member(request: HttpRequest, facts: RequestFacts, member_id: UUID) -> HttpResponse:
    """One of them, and what can be done for them. Reads only."""
    row = _member(facts, member_id)
    return _page(request, facts, row) if row else not_found(request)


@team_page
@require_POST
def remind(request: HttpRequest, facts: RequestFacts, member_id: UUID) -> HttpResponse:
    """Have the member told. Needs no proof: it opens nothing, and comes once a day at the most."""
    row = _member(facts, member_id)
    if row is None:
        return not_found(request)
    try:
        sent = remind_member(facts=facts, member_id=row.pk, tenant_id=facts.tenant)
    except NotAllowed as no:
        return _page(request, facts, row, status=403, error=no.message)
    return on_to(_url(row), "reminded" if sent else "reminded_before")


@team_page
@require_POST
def reset(request: HttpRequest, facts: RequestFacts, member_id: UUID) -> HttpResponse:
    """Take away what the member confirms with, or ask others to agree, after a proof."""
    row = _member(facts, member_id)
    if row is None:
        return not_found(request)
    reason = request.POST.get("reason", "")
    about = {"user_id": str(row.user_id), "tenant_id": facts.tenant, "reason": reason}
    try:
        check_actor(facts, **about)
        target = _("reset of %(name)s") % {"name": name_of(row.user)}
        require(request, CHECKPOINT, target=target, body=about)
        done = reset_or_ask(facts=facts, **about)
    except InvalidInput as bad:
        return _page(request, facts, row, status=400, error=bad.message)
    except NotAllowed as no:
        return _page(request, facts, row, status=403, error=no.message)
    return on_to(_url(row), "asked" if isinstance(done, Approval) else "reset")


def _member(facts: RequestFacts, member_id: UUID) -> Membership | None:
    rows = Membership.objects.filter(Q(tenant=facts.tenant), active=True).select_related("user")
    return rows.filter(pk=member_id).first()


def _url(row: Membership) -> str:
    return reverse("otpguard:team-member", args=[row.pk])


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    row: Membership,
    *,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    return show(
        request,
        "member",
        status=status,
        error=error,
        here="members",
        line=lines_of(facts, [row])[0],
        reason=request.POST.get("reason", ""),
    )

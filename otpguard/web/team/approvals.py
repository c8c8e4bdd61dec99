"""What waits for an administrator's approval, and their decision, after a step-up of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from otpguard.account import name_of
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.approval import approve
from otpguard.flows.approval.approve import ACTIONS
from otpguard.flows.tenant.import_request import MEMBER_IMPORT
from otpguard.flows.tenant.member_request import ROLE_GRANT
from otpguard.http.guard import require
from otpguard.labels import Text
from otpguard.models import Approval
from otpguard.web.security.own_pages import not_found
from otpguard.web.team.door import on_to, show, team_page

SHOWN = 50
"""The most lines of the list; the newest ones."""

DETAILS = 50
"""The most lines of one request."""

ASKED_BY_HOSTS = (ROLE_GRANT, MEMBER_IMPORT)
"""What a host's code may ask for in another process: it is known here as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine:
    """One request that waits. `details` say what would be done, `more` how many of them are not
    shown, `mine` that this person may decide it here."""

    id: str
    action: Text
    subject: str
    details: Sequence[Text]
    more: int
    asked_by: str
    reason: str
    until: datetime
    given: int
    needed: int
    mine: bool
    by_code: bool


@team_page
@require_safe
def approvals(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """What waits in the tenant. Reads only."""
    return show(request, "approvals", lines=approval_lines(facts))


@team_page
@require_POST
def decide(
    request: HttpRequest, facts: RequestFacts, approval_id: UUID, decision: str
) -> HttpResponse:
    """Approve or refuse, after a proof for this decision; `decision` is one of the two words."""
    row = approve.within_reach(facts).filter(pk=approval_id).select_related("subject").first()
    if row is None or row.action not in ACTIONS:
        return not_found(request)
    action = ACTIONS.get(row.action)
    words = {"approve": _("Approve"), "refuse": _("Refuse")}
    about = [f"{words[decision]}: {action.label}", name_of(row.subject) if row.subject else ""]
    require(
        request,
        action.checkpoint,
        target=", ".join(filter(None, about)),
        body={"approval": str(row.pk), "decision": decision},
    )
    here = reverse("otpguard:approvals")
    try:
        if decision == "refuse":
            approve.refuse_action(facts=facts, approval_id=row.pk)
            return on_to(here, "refused")
        done = approve.approve_action(facts=facts, approval_id=row.pk)
    except NotAllowed as no:
        lines = approval_lines(facts)
        return show(request, "approvals", status=403, error=no.message, lines=lines)
    waits = isinstance(done, Approval)
    return on_to(here, "counted" if waits else "approved")


def approval_lines(facts: RequestFacts) -> list[ApprovalLine]:
    """The open requests of the tenant, what this person may decide first."""
    rows = approve.within_reach(facts).filter(
        state=Approval.State.OPEN, expires_at__gt=facts.now, action__in=ACTIONS.names()
    )
    rows = rows.select_related("subject", "asked_by").prefetch_related("votes")
    lines = [_line(facts, row) for row in rows.order_by("-created_at")[:SHOWN]]
    return sorted(lines, key=lambda line: not line.mine)


def _line(facts: RequestFacts, row: Approval) -> ApprovalLine:
    action = ACTIONS.get(row.action)
    voters = {str(vote.user_id) for vote in row.votes.all()}
    details = list(action.details(row))
    return ApprovalLine(
        id=str(row.pk),
        action=action.label,
        subject=name_of(row.subject) if row.subject else "",
        details=details[:DETAILS],
        more=max(0, len(details) - DETAILS),
        asked_by=name_of(row.asked_by),
        reason=row.reason,
        until=row.expires_at,
        given=len(voters),
        needed=row.needed,
        mine=facts.user not in voters | approve.involved(row),
        by_code=action.own_door,
    )

"""The first page of an administrator: protection, coverage, what waits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from otpguard.account import name_of
from otpguard.core.events.tenant import PolicyChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import UNFINISHED
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.flows.approval import approve
from otpguard.flows.approval.approve import ACTIONS
from otpguard.flows.release.lift import held_things
from otpguard.flows.tenant.coverage import coverage
from otpguard.labels import Text, held_label
from otpguard.models import Approval, Event, PolicyWish, Release, Tenant
from otpguard.web.team.door import show, team_page
from otpguard.web.team.protection import protected_lines

LOOKED_AT = 20
"""So many changes of policies, the newest, are searched for one that made something weaker."""

_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakenedLine:
    """The last change after which a policy asked for less."""

    slug: str
    label: Text
    at: datetime
    by: str


@team_page
@require_safe
def overview(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """How things are in the tenant, with ways on. Reads only."""
    tenant = Tenant.objects.get(pk=facts.tenant)
    lines = list(protected_lines(facts, tenant))
    return show(
        request,
        "overview",
        tenant=tenant,
        asked=[line for line in lines if line.asked],
        silent=sum(not line.asked for line in lines),
        covered=coverage(tenant=tenant, now=facts.now).total,
        approvals=_open_approvals(facts),
        exports=Release.objects.filter(Q(tenant=facts.tenant), state__in=UNFINISHED).count(),
        holds=len(held_things(tenant_id=facts.tenant, now=facts.now)),
        weakened=last_weakened(tenant),
    )


def _open_approvals(facts: RequestFacts) -> int:
    rows = approve.within_reach(facts).filter(state=Approval.State.OPEN, expires_at__gt=facts.now)
    return rows.filter(action__in=ACTIONS.names()).count()


def last_weakened(tenant: Tenant) -> WeakenedLine | None:
    """The last weakened policy, if it is among the newest changes. Two statements.

    The moments of the versions lead to the events, so the log is not searched through.
    """
    rows = list(
        PolicyWish.objects.filter(tenant=tenant)
        .select_related("author")
        .order_by("-at")[:LOOKED_AT]
    )
    moments = Q()
    for row in rows:
        first, last = (uuid7(at, bytes(RANDOM_BYTES)) for at in (row.at, row.at + _MILLISECOND))
        moments |= Q(pk__gte=first, pk__lt=last)
    if not rows:
        return None
    events = Event.objects.filter(moments, tenant_id=tenant.pk, kind=PolicyChanged.code)
    weaker = {(each.checkpoint, data["version"]) for each, data in _read(events)}
    for row in rows:
        if (row.checkpoint, row.version) in weaker:
            return WeakenedLine(
                slug=row.checkpoint,
                label=held_label(row.checkpoint),
                at=row.at,
                by=name_of(row.author),
            )
    return None


def _read(events: Iterable[Event]) -> Iterator[tuple[Event, dict[str, Any]]]:
    """Those that made something weaker, with what they say."""
    for each in events:
        data = json.loads(each.body)["data"]
        if data["weakened"]:
            yield each, data

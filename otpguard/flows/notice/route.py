"""Which route carries a notice: one that fits the tags of the tenant it is about, as for a code.

A notice about a person's own matter belongs to no tenant, but the person may belong to tenants that
ask for papers, so it needs the papers that any of these asks for. Where data is kept is up to each
tenant and binds its own notices only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from otpguard.channels import breaker, catalog, waits
from otpguard.channels.switches import switches
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Refused, Unavailable
from otpguard.core.route import PAPER_FOR, Route, Situation, WhyUnused, why_unused
from otpguard.models import Membership, Notice

_PASSING = frozenset({WhyUnused.PAUSED, WhyUnused.WAITING, WhyUnused.SWITCHED_OFF})
"""Why a route is not used for now: a later try may use it."""


def route_of(notice: Notice, *, country: str, now: datetime) -> Route | Refused | Unavailable:
    """The first route in the site's order that may carry a notice, or why there is none.

    `country` is that of the number, empty for e-mail. Refused is final, Unavailable may pass.
    """
    routes = _carriers(Channel(notice.channel))
    if not routes:
        return Refused(reason="no provider is configured for this channel")
    here = _situation(notice, country, now)
    unfit = []
    for route in routes:
        found = why_unused(route, here)
        if found is None:
            return route
        unfit.append(found)
    if any(why in _PASSING for why, _ in unfit):
        return Unavailable(reason="every route is paused or switched off")
    why, detail = unfit[0]
    return Refused(reason=f"no route fits the organization: {why} {detail}".rstrip())


def carries_email() -> bool:
    """Whether any route carries an e-mail that is no code, be it paused or not. Reads no row."""
    return bool(_carriers(Channel.EMAIL))


def _carriers(channel: Channel) -> list[Route]:
    """The routes that carry any text of ours, not only codes, in the site's order."""
    return [
        route
        for route in catalog.routes()
        if route.channel is channel
        and not catalog.providers().get(route.provider).capabilities.codes_only
    ]


def _situation(notice: Notice, country: str, now: datetime) -> Situation:
    here = Situation(
        country=country,
        day=now.date(),
        paused=breaker.paused_routes(now),
        waiting=waits.waiting_routes(now),
        switches=switches(now),
    )
    if notice.tenant is None:
        return replace(here, tags=_tags_with_papers(notice.user_id))
    return replace(
        here,
        tenant=notice.tenant.slug,
        region=notice.tenant.region,
        tags=frozenset(str(tag) for tag in notice.tenant.tags),
    )


def _tags_with_papers(user: object) -> frozenset[str]:
    """The tags that demand a paper, of all tenants that this person belongs to."""
    rows = Membership.objects.filter(Q(user_id=user), active=True).order_by()
    tags = {str(tag) for of in rows.values_list("tenant__tags", flat=True) for tag in of}
    return frozenset(tag for tag in tags if tag.lower() in PAPER_FOR)

"""Which routes there are for somebody now: the plan with health, switches and senders read in.

Whatever decides about a route is read anew for each plan. When it cannot be read, the database
error propagates and no code is ordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from otpguard.channels import breaker, catalog
from otpguard.channels.senders import may_carry_codes, senders_of
from otpguard.conf import settings
from otpguard.core.assurance import Channel, Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import country_of
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.core.route import Route, Situation, Switch, Verdict, closed_by
from otpguard.core.routing import explain, plan
from otpguard.exceptions import StartRefused
from otpguard.factors import phone
from otpguard.flows.account import email_of
from otpguard.models import Factor, RouteSwitch, Tenant


def phone_routes(facts: RequestFacts, factor: Factor, policy: Policy) -> tuple[Route, ...]:
    """The plan for a phone's code. Raises StartRefused when it cannot be sent at all."""
    routes = plan(
        policy=policy,
        profile=settings().assurance_profile,
        primary=facts.primary,
        routes=catalog.routes(),
        reachable=phone.reachable(factor, email=email_of(facts.user)),
        situation=situation(
            tenant=_tenant(facts.tenant),
            country=country_of(factor.secret.reveal()),
            unproven=not factor.confirmed,
            now=facts.now,
        ),
    )
    if not routes:
        raise StartRefused("no_route")
    return routes


def mail_routes(facts: RequestFacts, factor: Factor) -> tuple[Route, ...]:
    """The routes for a mailed code, to the address of old. Raises StartRefused for none."""
    here = situation(tenant=_tenant(facts.tenant), now=facts.now)
    routes = [
        route
        for route in catalog.routes()
        if route.channel is Channel.EMAIL and not route.remote and closed_by(route, here) is None
    ]
    if not routes or not phone.is_bound_email(factor, email_of(facts.user)):
        raise StartRefused("no_route")
    return tuple(sorted(routes, key=lambda route: (route.priority, route.cost_micros)))


def explained(
    *,
    tenant: Tenant | None,
    country: str,
    now: datetime,
    policy: Policy = BASE,
    routes: Sequence[Route] = (),
) -> tuple[Verdict, ...]:
    """What becomes of every route for a confirmed number of that country, and why.

    For people who look: beside a password, with mail in reach. `routes` are the configured ones
    unless given.
    """
    return explain(
        policy=policy,
        profile=settings().assurance_profile,
        primary=Primary.PASSWORD,
        routes=routes or catalog.routes(),
        reachable=frozenset(Channel),
        situation=situation(tenant=tenant, country=country, now=now),
    )


def situation(
    *, tenant: Tenant | None, now: datetime, country: str = "", unproven: bool = False
) -> Situation:
    """The situation of a tenant's people, or of the site's own, as it is now."""
    here = Situation(
        country=country,
        day=now.date(),
        unproven=unproven,
        resting=breaker.resting(now),
        switches=switches(now),
        senders={
            provider: may_carry_codes(row)
            for provider, row in senders_of(str(tenant.pk) if tenant else "").items()
        },
    )
    if tenant is None:
        return here
    return replace(
        here,
        tenant=tenant.slug,
        region=tenant.region,
        tags=frozenset(str(tag) for tag in tenant.tags),
    )


def switches(now: datetime) -> tuple[Switch, ...]:
    """Everything that is switched off now."""
    running = Q(until=None) | Q(until__gt=now)
    return tuple(
        Switch(provider=row.provider, channel=row.channel, country=row.country)
        for row in RouteSwitch.objects.filter(running, ended_at=None)
    )


def _tenant(pk: str) -> Tenant | None:
    return Tenant.objects.get(pk=pk) if pk else None

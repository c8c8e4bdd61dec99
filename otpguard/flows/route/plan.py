"""Which routes there are for somebody now: the plan with health, switches and senders read in.

Whatever decides about a route is read for each plan. When it cannot be read, the database
error propagates and no code is ordered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from otpguard.channels import breaker, catalog, opt_outs, waits
from otpguard.channels.precheck import PlanPrecheck
from otpguard.channels.senders import may_carry_codes, senders_of
from otpguard.channels.switches import switches
from otpguard.conf import settings
from otpguard.core.assurance import Channel, Primary
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import NumberFacts, number_facts
from otpguard.core.policy import Policy
from otpguard.core.presets import BASE
from otpguard.core.pumping.country import country_signal
from otpguard.core.reasons import StartReason
from otpguard.core.route import (
    Route,
    RouteChoice,
    Situation,
    why_unused,
    without_short_waits,
)
from otpguard.core.routing import explain_routes, plan_routes
from otpguard.exceptions import StartRefused
from otpguard.factors import phone
from otpguard.models import Factor, Tenant
from otpguard.tenants.footprint import footprint_in, footprint_of_member

LOOK_EVERYWHERE = PlanPrecheck()


def phone_routes(
    facts: RequestFacts,
    factor: Factor,
    policy: Policy,
    tenant: Tenant | None,
    *,
    precheck: PlanPrecheck = LOOK_EVERYWHERE,
    withheld: frozenset[Channel] = frozenset(),
) -> tuple[Route, ...]:
    """The plan for a phone's code in the request's tenant, without the `withheld` channels.

    Raises StartRefused if the policy does not allow this kind of number or its country, or no route
    carries it, perhaps because its holder stopped messages, or because of what is withheld.
    """
    number = phone.number_of(factor)
    known = number_facts(number)
    _check_country(facts, number, policy, tenant, proven=factor.confirmed)
    return _routes_to(
        facts,
        number,
        policy,
        tenant,
        known=known,
        reachable=phone.reachable(factor, email=facts.email, known=known),
        unproven=not factor.confirmed,
        precheck=precheck,
        withheld=withheld,
    )


def number_routes(
    facts: RequestFacts, number: str, policy: Policy, tenant: Tenant | None
) -> tuple[Route, ...]:
    """The plan for a code to a number without an account: never to a mailbox. `number` is
    in E.164. Raises StartRefused as `phone_routes` does, but not for its country: there the
    pumping defense decides."""
    known = number_facts(number)
    return _routes_to(
        facts,
        number,
        policy,
        tenant,
        known=known,
        reachable=phone.reachable_by_number(known),
        unproven=True,
        precheck=LOOK_EVERYWHERE,
        withheld=frozenset(),
    )


def _check_country(
    facts: RequestFacts, number: str, policy: Policy, tenant: Tenant | None, *, proven: bool
) -> None:
    """Raise StartRefused for a number of a country that the policy does not allow, or that is
    outside the footprint and not proven: its owner has shown that a proven one is theirs."""
    allowed = policy.allowed_countries
    if not proven:
        allowed &= footprint_in(tenant)
    if country_signal(number, allowed=allowed, proven=proven) is None:
        return
    if not proven and tenant is None and facts.user:
        # Outside any organization the countries of each of theirs count.
        theirs = policy.allowed_countries & footprint_of_member(facts.user)
        if country_signal(number, allowed=theirs) is None:
            return
    raise StartRefused(StartReason.NUMBER_NOT_ALLOWED)


def _routes_to(
    facts: RequestFacts,
    number: str,
    policy: Policy,
    tenant: Tenant | None,
    *,
    known: NumberFacts,
    reachable: frozenset[Channel],
    unproven: bool,
    precheck: PlanPrecheck,
    withheld: frozenset[Channel],
) -> tuple[Route, ...]:
    if known.type not in policy.allowed_number_types:
        raise StartRefused(StartReason.NUMBER_NOT_ALLOWED)
    stopped = (
        opt_outs.stopped_channels(number, tenant=facts.tenant, now=facts.now)
        if precheck.opt_outs
        else frozenset()
    )
    routes = plan_routes(
        policy=policy,
        profile=settings().assurance_profile,
        primary=facts.primary,
        routes=catalog.routes(),
        reachable=reachable - stopped - withheld,
        situation=situation(
            tenant=tenant,
            country=known.country,
            unproven=unproven,
            now=facts.now,
            precheck=precheck,
        ),
    )
    if not routes and withheld:
        raise StartRefused(StartReason.SIM_CHANGED)
    if not routes:
        raise StartRefused(StartReason.OPTED_OUT if stopped else StartReason.NO_ROUTE)
    return routes


def email_routes(
    facts: RequestFacts,
    factor: Factor,
    policy: Policy,
    tenant: Tenant | None,
    *,
    precheck: PlanPrecheck = LOOK_EVERYWHERE,
) -> tuple[Route, ...]:
    """The routes of a code to the bound e-mail address. Raises StartRefused for none."""
    here = situation(tenant=tenant, now=facts.now, precheck=precheck)
    own = [each for each in catalog.routes() if each.channel is Channel.EMAIL and not each.remote]
    routes = [route for route in own if why_unused(route, here) is None]
    if not routes and here.waiting:
        here = without_short_waits(here, policy.code_ttl)
        routes = [route for route in own if why_unused(route, here) is None]
    if not routes or not phone.is_bound_email(factor, facts.email):
        raise StartRefused(StartReason.NO_ROUTE)
    return tuple(sorted(routes, key=lambda route: (route.priority, route.cost_micros)))


def explained(
    *,
    tenant: Tenant | None,
    country: str,
    now: datetime,
    policy: Policy = BASE,
    routes: Sequence[Route] = (),
) -> tuple[RouteChoice, ...]:
    """What becomes of every route for a confirmed number of that country, and why.

    For display: assumes a password login and an e-mail address. `routes` are the configured ones
    unless given.
    """
    return explain_routes(
        policy=policy,
        profile=settings().assurance_profile,
        primary=Primary.PASSWORD,
        routes=routes or catalog.routes(),
        reachable=frozenset(Channel),
        situation=situation(tenant=tenant, country=country, now=now),
    )


def situation(
    *,
    tenant: Tenant | None,
    now: datetime,
    country: str = "",
    unproven: bool = False,
    precheck: PlanPrecheck = LOOK_EVERYWHERE,
) -> Situation:
    """The situation of a tenant's people, or of the site's own, as it is now: read where
    `precheck` says that there may be something."""
    here = Situation(
        country=country,
        day=now.date(),
        unproven=unproven,
        paused=breaker.paused_routes(now) if precheck.paused else frozenset(),
        waiting=waits.waiting_routes(now) if precheck.waits else {},
        switches=switches(now) if precheck.switches else (),
        senders=_senders(tenant) if precheck.senders else {},
    )
    if tenant is None:
        return here
    return replace(
        here,
        tenant=tenant.slug,
        region=tenant.region,
        tags=frozenset(str(tag) for tag in tenant.tags),
    )


def _senders(tenant: Tenant | None) -> dict[str, bool]:
    found = senders_of(str(tenant.pk) if tenant else "")
    return {provider: may_carry_codes(row) for provider, row in found.items()}

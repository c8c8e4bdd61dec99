"""Which way do we send? A pure plan of routes, in order.

A code is worth the weakest channel it was sent over, so channels below the asked level are left out
before the first send and fallback can never lower a running challenge (C8). A plan may mix routes
that carry our own code with routes whose vendor makes one, in the same order (C14).
"""

from __future__ import annotations

from collections.abc import Sequence

from otpguard.core.assurance import (
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    MethodFacts,
    Primary,
)
from otpguard.core.policy import Policy, channels_in_order
from otpguard.core.route import (
    Route,
    RouteChoice,
    Situation,
    WhyUnused,
    is_generic,
    why_unused,
    without_short_waits,
)
from otpguard.core.shipped_kinds import PHONE

__all__ = ["ANYWHERE", "Route", "explain_routes", "plan_routes", "weakest"]

ANYWHERE = Situation()
"""No particular tenant or country, with no route paused or switched off."""


def plan_routes(
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    routes: Sequence[Route],
    reachable: frozenset[Channel],
    situation: Situation = ANYWHERE,
) -> tuple[Route, ...]:
    """The routes to try, in the policy's order of channels for the number's country; within one
    channel by priority, cost and the site's order.

    `reachable` are the channels this person can be reached by. An empty plan means that the
    factor cannot be used here.
    """
    choices = explain_routes(
        policy=policy,
        profile=profile,
        primary=primary,
        routes=routes,
        reachable=reachable,
        situation=situation,
    )
    return tuple(choice.route for choice in choices if choice.why_unused is None)


def explain_routes(
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    routes: Sequence[Route],
    reachable: frozenset[Channel],
    situation: Situation = ANYWHERE,
) -> tuple[RouteChoice, ...]:
    """What becomes of every route: first those of the plan, in its order, then the unused ones.

    A route whose vendor asked us to wait is not chosen while there is another. If there is none,
    the message waits, where the wait ends within the code's life.
    """
    ordered = sorted(routes, key=lambda route: (route.priority, route.cost_micros))
    order = channels_in_order(policy, situation.country)
    known = [
        (each, _against(each, policy, profile, primary, reachable, order=order)) for each in ordered
    ]
    found = _explained(order, known, situation)
    if situation.waiting and all(choice.why_unused is not None for choice in found):
        return _explained(order, known, without_short_waits(situation, policy.code_ttl))
    return found


def _explained(
    order: Sequence[Channel],
    routes: Sequence[tuple[Route, tuple[WhyUnused, str] | None]],
    situation: Situation,
) -> tuple[RouteChoice, ...]:
    if situation.unproven:
        # Calls cost most, and the owner of the number may earn from them (A5).
        order = tuple(sorted(order, key=lambda channel: channel is Channel.VOICE))
    unused: list[RouteChoice] = []
    fit: list[Route] = []
    seen: set[tuple[Channel, str]] = set()
    for route, against in routes:
        found = against or why_unused(route, situation)
        if found is None and (route.channel, route.provider) in seen:
            found = WhyUnused.REPEATED, ""
        if found is not None:
            unused.append(_choice(route, situation, found))
            continue
        seen.add((route.channel, route.provider))
        fit.append(route)
    fit.sort(key=lambda route: order.index(route.channel))
    return (*(_choice(route, situation, None) for route in fit), *unused)


def weakest(channels: Sequence[Channel], *, profile: AssuranceProfile, primary: Primary) -> Channel:
    """The channel that counts when a code was sent over several. Raises ValueError for none."""

    def rank(channel: Channel) -> int:
        level = profile.worth(MethodFacts(method=PHONE.method_over(channel), primary=primary))
        return 0 if level is None else int(level)

    return min(channels, key=rank)


def _against(
    route: Route,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    reachable: frozenset[Channel],
    *,
    order: Sequence[Channel],
) -> tuple[WhyUnused, str] | None:
    channel = route.channel
    if channel not in order or channel not in policy.allowed_channels:
        return WhyUnused.NOT_WANTED, ""
    if channel not in reachable:
        return WhyUnused.NOT_REACHABLE, ""
    if not _reaches(channel, policy.required_level, profile, primary):
        return WhyUnused.TOO_WEAK, policy.required_level.name
    if route.has_short_codes and policy.required_level > AssuranceLevel.AAL1:
        return WhyUnused.SHORT_CODE, policy.required_level.name
    return None


def _choice(route: Route, situation: Situation, found: tuple[WhyUnused, str] | None) -> RouteChoice:
    reason, detail = found or (None, "")
    return RouteChoice(
        route=route, why_unused=reason, detail=detail, generic=is_generic(route, situation)
    )


def _reaches(
    channel: Channel, level: AssuranceLevel, profile: AssuranceProfile, primary: Primary
) -> bool:
    worth = profile.worth(MethodFacts(method=PHONE.method_over(channel), primary=primary))
    return worth is not None and worth >= level

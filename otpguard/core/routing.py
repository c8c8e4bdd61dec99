"""Which way do we send? A pure plan of routes, in order.

A code is worth the weakest channel it was sent over, so channels below the asked level are dropped
before the first send and fallback can never lower a running challenge (C8). A plan is of one piece:
our own code on every route of it, or one route alone whose vendor makes the code (C14).
"""

from __future__ import annotations

from collections.abc import Sequence

from otpguard.core.assurance import (
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    Method,
    MethodFacts,
    Primary,
)
from otpguard.core.policy import Policy
from otpguard.core.route import Drop, Route, Situation, Verdict, closed_by, is_generic

__all__ = ["ANYWHERE", "Route", "explain", "plan", "weakest"]

ANYWHERE = Situation()
"""Nobody in particular, with every route in order."""


def plan(
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    routes: Sequence[Route],
    reachable: frozenset[Channel],
    situation: Situation = ANYWHERE,
) -> tuple[Route, ...]:
    """The routes to try, in the policy's order of channels; within one channel by priority, cost
    and the site's order.

    `reachable` are the channels this person can be reached by. An empty plan means that the
    factor cannot be used here.
    """
    verdicts = explain(
        policy=policy,
        profile=profile,
        primary=primary,
        routes=routes,
        reachable=reachable,
        situation=situation,
    )
    return tuple(verdict.route for verdict in verdicts if verdict.drop is None)


def explain(
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    routes: Sequence[Route],
    reachable: frozenset[Channel],
    situation: Situation = ANYWHERE,
) -> tuple[Verdict, ...]:
    """What becomes of every route: first those of the plan, in its order, then the dropped ones."""
    order = policy.preferred_methods
    if situation.unproven:
        # Calls cost most, and whoever earns by them owns the number (A5).
        order = tuple(sorted(order, key=lambda channel: channel is Channel.VOICE))
    dropped: list[Verdict] = []
    fit: list[Route] = []
    seen: set[tuple[Channel, str]] = set()
    for route in sorted(routes, key=lambda route: (route.priority, route.cost_micros)):
        found = _against(route, policy, profile, primary, reachable) or closed_by(route, situation)
        if found is None and (route.channel, route.provider) in seen:
            found = Drop.REPEATED, ""
        if found is not None:
            dropped.append(_verdict(route, situation, found))
            continue
        seen.add((route.channel, route.provider))
        fit.append(route)
    fit.sort(key=lambda route: order.index(route.channel))
    chosen = _of_one_piece(fit)
    dropped += [
        _verdict(route, situation, (Drop.NOT_BESIDE_OWN, ""))
        for route in fit
        if route not in chosen
    ]
    return (*(_verdict(route, situation, None) for route in chosen), *dropped)


def weakest(channels: Sequence[Channel], *, profile: AssuranceProfile, primary: Primary) -> Channel:
    """The channel that counts when a code was sent over several. Raises ValueError for none."""

    def rank(channel: Channel) -> int:
        level = profile.worth(MethodFacts(method=Method(channel.value), primary=primary))
        return 0 if level is None else int(level)

    return min(channels, key=rank)


def _against(
    route: Route,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    reachable: frozenset[Channel],
) -> tuple[Drop, str] | None:
    channel = route.channel
    if channel not in policy.preferred_methods or channel not in policy.allowed_channels:
        return Drop.NOT_WANTED, ""
    if channel not in reachable:
        return Drop.NOT_REACHABLE, ""
    if not _reaches(channel, policy.required_level, profile, primary):
        return Drop.TOO_WEAK, policy.required_level.name
    return None


def _of_one_piece(fit: list[Route]) -> list[Route]:
    """Our own code wherever a route for the number carries it; else the one remote route alone.

    Mail with our code stays where the policy puts it before the remote route.
    """
    own = [route for route in fit if not route.remote]
    by_number = any(route.channel is not Channel.EMAIL for route in own)
    if by_number or len(own) == len(fit) or not fit[0].remote:
        return own
    return [fit[0]]


def _verdict(route: Route, situation: Situation, found: tuple[Drop, str] | None) -> Verdict:
    drop, detail = found or (None, "")
    return Verdict(route=route, drop=drop, detail=detail, generic=is_generic(route, situation))


def _reaches(
    channel: Channel, level: AssuranceLevel, profile: AssuranceProfile, primary: Primary
) -> bool:
    worth = profile.worth(MethodFacts(method=Method(channel.value), primary=primary))
    return worth is not None and worth >= level

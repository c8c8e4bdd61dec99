"""Which way do we send? A pure plan of routes, in order.

A code is worth the weakest channel it was sent over, so channels below the asked level are dropped
before the first send and fallback can never lower a running challenge (C8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otpguard.core.assurance import (
    AssuranceLevel,
    AssuranceProfile,
    Channel,
    Method,
    MethodFacts,
    Primary,
)
from otpguard.core.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One (channel, provider). `receipts` says whether the provider reports deliveries, `remote`
    that the vendor makes the code and checks it."""

    channel: Channel
    provider: str
    receipts: bool = False
    remote: bool = False


def plan(
    *,
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
    routes: Sequence[Route],
    reachable: frozenset[Channel],
) -> tuple[Route, ...]:
    """The routes to try, in the policy's order of channels; within one channel in the site's.

    `reachable` are the channels this person can be reached by. An empty plan means that the
    factor cannot be used here.
    """
    fit = [
        channel
        for channel in policy.preferred_methods
        if channel in policy.allowed_channels
        and channel in reachable
        and _reaches(channel, policy.required_level, profile, primary)
    ]
    chosen = tuple(route for channel in fit for route in routes if route.channel is channel)
    # Two vendors would send two codes: a remote route goes alone, and only without one of ours.
    return tuple(route for route in chosen if not route.remote) or chosen[:1]


def weakest(channels: Sequence[Channel], *, profile: AssuranceProfile, primary: Primary) -> Channel:
    """The channel that counts when a code was sent over several. Raises ValueError for none."""

    def rank(channel: Channel) -> int:
        level = profile.worth(MethodFacts(method=Method(channel.value), primary=primary))
        return 0 if level is None else int(level)

    return min(channels, key=rank)


def _reaches(
    channel: Channel, level: AssuranceLevel, profile: AssuranceProfile, primary: Primary
) -> bool:
    worth = profile.worth(MethodFacts(method=Method(channel.value), primary=primary))
    return worth is not None and worth >= level

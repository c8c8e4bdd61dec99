"""The effective policy with the origin of each value, and as it would be under other wishes.

Read past the cache, for administrators who look at a policy; the guard asks `tenants.policies`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from otpguard.core.checkpoints import Checkpoint
from otpguard.core.effective_policy import effective
from otpguard.core.policy import Policy, Wishes
from otpguard.core.policy_choices import Enforcement
from otpguard.core.policy_source import ValueOrigin, ValueSource, WishLayer, explain_policy
from otpguard.exceptions import StoreUnavailable
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedPolicy:
    """What counts at a checkpoint, the floor that no wish goes below, and what decided each
    value, by field."""

    policy: Policy
    floor: Policy
    origins: Mapping[str, ValueOrigin]


def explained(
    checkpoint: Checkpoint, scope: Scope, *, now: datetime, instead: Wishes | None = None
) -> ExplainedPolicy:
    """The policy of a scope at a checkpoint now.

    `instead` takes the place of the tenant's own wishes for exactly this checkpoint: nothing is
    written. Raises StoreUnavailable.
    """
    try:
        pair = policies.policy_pair_in(checkpoint, scope)
        own, sites = policies.ranked_wishes(checkpoint, scope)
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the policy cannot be read") from error
    floor = replace(policies.floor_at(checkpoint, scope, now=now), enforcement=Enforcement.ENFORCE)
    if instead is not None:
        # First: the most specific place is the checkpoint itself.
        own = {checkpoint.slug: instead, **{k: v for k, v in own.items() if k != checkpoint.slug}}
    default = replace(pair.default, enforcement=Enforcement.ENFORCE)
    base = effective(default=default, floor=floor, wishes=sites.values())
    layers = [
        WishLayer(
            source=ValueSource.TENANT,
            place=place,
            wished=wishes,
            granted=policies.granted_of(checkpoint, wishes, base),
        )
        for place, wishes in own.items()
    ]
    layers += [
        WishLayer(source=ValueSource.SITE, place=place, wished=wishes, granted=wishes)
        for place, wishes in sites.items()
    ]
    policy, origins = explain_policy(
        default=default,
        floor=floor,
        plain_floor=replace(pair.floor, enforcement=Enforcement.ENFORCE),
        layers=layers,
    )
    if policies.reports_only(checkpoint, now):
        asked = replace(origins["enforcement"], source=ValueSource.REPORT_ONLY)
        policy = replace(policy, enforcement=Enforcement.REPORT_ONLY)
        origins = {**origins, "enforcement": asked}
    return ExplainedPolicy(policy=policy, floor=floor, origins=origins)

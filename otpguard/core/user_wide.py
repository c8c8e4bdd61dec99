"""What one tenant's wish may ask where a person acts for all their tenants at once (C26).

Such a wish counts everywhere, so it never asks more than the site's ceiling, and never more than
the person can reach by what they have: the level is the least of what is wished, reached and served
(NIST SP 800-63B-4, 4.1.2). What the site itself asks is not eased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, Primary
from otpguard.core.choose import best_of_kind, potential
from otpguard.core.decision import EnrolledFactor
from otpguard.core.factor_kind import FactorKind
from otpguard.core.policy import Policy, Wishes

_LEVEL = "required_level"


def within_ceiling(wishes: Wishes, *, ceiling: AssuranceLevel, base: Policy) -> Wishes:
    """A tenant's wishes with a level no higher than `ceiling` or than `base` asks without them."""
    if _LEVEL not in wishes:
        return wishes
    return {**wishes, _LEVEL: min(wishes[_LEVEL], max(ceiling, base.required_level))}


def within_reach(
    policy: Policy,
    *,
    base: Policy,
    factors: Sequence[EnrolledFactor],
    profile: AssuranceProfile,
    primary: Primary,
    kinds: Mapping[str, FactorKind],
) -> Policy:
    """`policy` with no wish in it that this person cannot satisfy; never weaker than `base`.

    `base` is the policy without the wishes of tenants, `factors` are those that serve now. For a
    person without any, what they could enroll of the installed `kinds` counts.
    """
    having = [each for each in factors if not each.kind.recovers]
    having = having or [best_of_kind(kind) for kind in kinds.values() if not kind.recovers]
    reached = _best(having, policy, profile, primary)
    if reached is None or reached < base.required_level:
        policy = replace(
            policy,
            allowed_factors=base.allowed_factors,
            allowed_channels=base.allowed_channels,
            user_verification=base.user_verification,
            attested_only=base.attested_only,
        )
        reached = _best(having, policy, profile, primary)
    lowest = base.required_level
    level = lowest if reached is None else min(policy.required_level, max(reached, lowest))
    return replace(policy, required_level=level)


def _best(
    factors: Iterable[EnrolledFactor],
    policy: Policy,
    profile: AssuranceProfile,
    primary: Primary,
) -> AssuranceLevel | None:
    levels = [potential(each, policy=policy, profile=profile, primary=primary) for each in factors]
    return max((level for level in levels if level is not None), default=None)

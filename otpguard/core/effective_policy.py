"""The policy that counts, and the arithmetic of policies.

A site has two complete policies for each checkpoint: a *default* (by the tenant's tier) and a
*floor* that nobody goes below. A tenant states *wishes*. The effective policy is

    clamp(most specific wish or default, floor)

and finally the caps that NIST sets. Each field names its clamp law and its caps where it is
declared. A dated exception moves the floor of one tenant: see `otpguard.core.policy_exception`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from otpguard.core.policy import RULES, Policy, Wishes


def clamp_policy(policy: Policy, floor: Policy) -> Policy:
    """`policy` tightened, field by field, until it is nowhere weaker than `floor`."""
    return replace(
        policy,
        **{
            name: rule.law.clamp(getattr(policy, name), getattr(floor, name))
            for name, rule in RULES.items()
        },
    )


def capped(policy: Policy) -> Policy:
    """`policy` within the caps of its level, which no wish, floor or exception moves."""
    caps = {
        name: rule.law.clamp(getattr(policy, name), rule.caps[policy.required_level])
        for name, rule in RULES.items()
        if policy.required_level in rule.caps
    }
    return replace(policy, **caps)


def is_at_least(policy: Policy, floor: Policy) -> bool:
    """True when no field of `policy` is weaker than in `floor`."""
    return all(
        rule.law.satisfies(getattr(policy, name), getattr(floor, name))
        for name, rule in RULES.items()
    )


def weakened_fields(before: Policy, after: Policy) -> tuple[str, ...]:
    """The fields in which `after` is weaker than `before`: what makes a change worth a notice."""
    return tuple(
        name
        for name, rule in RULES.items()
        if not rule.law.satisfies(getattr(after, name), getattr(before, name))
    )


def strictest(policies: Sequence[Policy]) -> Policy:
    """The strictest combination of several policies, as user-wide actions take it.

    Raises ValueError for none.
    """
    if not policies:
        raise ValueError("there is no strictest of no policies")
    result = policies[0]
    for policy in policies[1:]:
        result = clamp_policy(result, policy)
    return result


def effective(*, default: Policy, floor: Policy, wishes: Iterable[Wishes] = ()) -> Policy:
    """The policy that counts.

    `wishes` come most specific first: the first that names a field decides it. The result is never
    weaker than the floor nor than the caps of NIST.
    """
    chosen: dict[str, Any] = {}
    for wish in wishes:
        for name, value in wish.items():
            chosen.setdefault(name, value)
    return capped(clamp_policy(replace(default, **chosen), floor))

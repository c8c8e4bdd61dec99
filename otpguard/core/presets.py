"""Policy presets: for each checkpoint a default by tier, and the floor.

`baseline` is the table of the design. `defensible` raises the floor of the operations that a
security review asks about, in every tenant, to AAL3 (AAL2 for a look at the audit log).
`enterprise` raises it to AAL3 at every sensitive checkpoint. What a preset holds tenants to is on
as well: no tenant turns it off.
What a checkpoint asks stands in its own entry in `otpguard.core.checkpoints`; this only computes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.effective_policy import capped, clamp_policy, weakened_fields
from otpguard.core.federation.local import stays_local
from otpguard.core.industries import Industry, held_by_industry
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_rules import loosest_values


class Tier(StrEnum):
    """What a tenant's contract makes of it; decides which defaults it starts from."""

    STANDARD = "standard"
    ENTERPRISE = "enterprise"


class Preset(StrEnum):
    """A named set of defaults and floors."""

    BASELINE = "baseline"
    DEFENSIBLE = "defensible"
    ENTERPRISE = "enterprise"


BASE = Policy()
"""What a checkpoint asks when nothing more is said of it."""

LOOSEST = replace(BASE, **loosest_values(RULES))
"""The floor under hosts' own checkpoints: only what no tenant may ever leave."""


@dataclass(frozen=True, slots=True)
class PolicyPair:
    """The two complete policies of one checkpoint for one tier."""

    default: Policy
    floor: Policy


def policy_pair_for(
    checkpoint: Checkpoint, *, preset: Preset, tier: Tier, industry: Industry | None = None
) -> PolicyPair:
    """The default and the floor of `checkpoint` under `preset` for a tenant of `tier`.

    What `industry` asks comes last and only raises. The default is never weaker than the floor.
    """
    line = _line(checkpoint)
    default, floor = BASE, LOOSEST
    for each in line:
        default, floor = replace(default, **each.default), replace(floor, **each.floor)
    if stays_local(checkpoint):
        floor = replace(floor, idp_satisfies=False)
    if not checkpoint.always_on and not default.active:
        floor = replace(floor, active=False)
    if tier is Tier.ENTERPRISE or preset is Preset.ENTERPRISE:
        for each in line:
            default = replace(default, **each.enterprise)
    if tier is Tier.ENTERPRISE and checkpoint.sensitive:
        default = capped(replace(default, required_level=AssuranceLevel.AAL3))
    for held_to in (*_held_to(line, preset), *industry_holds(checkpoint, industry)):
        default, floor = clamp_policy(default, held_to), clamp_policy(floor, held_to)
    return PolicyPair(default=default, floor=floor)


def declared_floor(checkpoint: Checkpoint) -> Policy:
    """What the checkpoint's own declaration holds everybody to, whatever preset and settings add.

    No exception goes below it: it is the practice of security reviews and the standards that the
    product stands for.
    """
    return policy_pair_for(checkpoint, preset=Preset.BASELINE, tier=Tier.STANDARD).floor


def industry_holds(checkpoint: Checkpoint, industry: Industry | None) -> Iterator[Policy]:
    """What an industry holds its tenants to at `checkpoint`; it is on."""
    slugs = tuple(each.slug for each in _line(checkpoint))
    for wishes in held_by_industry(industry, slugs, sensitive=checkpoint.sensitive):
        yield capped(replace(LOOSEST, **wishes))


def _held_to(line: tuple[Checkpoint, ...], preset: Preset) -> Iterator[Policy]:
    """What a preset holds every tenant to; it is on."""
    if preset is Preset.ENTERPRISE and line[-1].sensitive:
        yield capped(replace(LOOSEST, required_level=AssuranceLevel.AAL3))
    if preset is Preset.DEFENSIBLE:
        for each in line:
            if each.defensible:
                yield capped(replace(LOOSEST, **each.defensible))


def _line(checkpoint: Checkpoint) -> tuple[Checkpoint, ...]:
    """The checkpoint, after the built-in one that it is a variant of."""
    parent = BUILT_IN.get(checkpoint.parent or "")
    return (parent, checkpoint) if parent else (checkpoint,)


def tier_of(annual_contract_value: int, *, enterprise_from: int) -> Tier:
    """The tier of a tenant whose contract is worth so many US dollars a year."""
    return Tier.ENTERPRISE if annual_contract_value >= enterprise_from else Tier.STANDARD


def levels_below_standard(policies: Iterable[tuple[Checkpoint, Policy]]) -> tuple[str, ...]:
    """Checkpoints that ask AAL1 of people who can have a factor: below the B2B standard."""
    return tuple(
        checkpoint.slug
        for checkpoint, policy in policies
        if policy.active
        and policy.required_level < AssuranceLevel.AAL2
        and not checkpoint.first_factor
    )


def below_defensible(
    policies: Iterable[tuple[Checkpoint, Policy]], *, tier: Tier
) -> dict[str, tuple[str, ...]]:
    """The checkpoints whose policy stands below the preset `defensible`, and in which fields."""
    found = {}
    for checkpoint, policy in policies:
        if checkpoint.defensible:
            floor = policy_pair_for(checkpoint, preset=Preset.DEFENSIBLE, tier=tier).floor
            found[checkpoint.slug] = weakened_fields(floor, policy)
    return {slug: fields for slug, fields in found.items() if fields}

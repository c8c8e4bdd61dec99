"""The shipped checkpoints and the fields of a policy, as the page of the docs that lists them.

Printed by `manage.py otpguard_policies`. Every cell comes from a declaration, so the page cannot
differ from what the guard does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_rules import FieldRule
from otpguard.core.policy_values import (
    Choice,
    Count,
    Countries,
    Flag,
    Order,
    OrderByCountry,
    Seconds,
    Some,
    Words,
)
from otpguard.core.presets import BASE, LOOSEST, Preset, Tier, policy_pair_for
from otpguard.core.shipped_kinds import SHIPPED
from otpguard.core.wishes import dump_policy, policy_at

_LEVEL, _ACTIVE = "required_level", "active"

_BEFORE_CHECKPOINTS = """\
# Checkpoints and policy fields

Printed by `manage.py otpguard_policies` from the declarations that the guard reads.
[Guarding views](guarding.md) explains how to use them.

## Checkpoints

*On* says whether a checkpoint asks for proof before any policy changes that. *Always* means that no
policy can turn it off. Default and floor are those of the preset `baseline`.

A *sensitive* checkpoint needs AAL3 by default in enterprise tenants. The preset `enterprise` needs
it in every tenant, and no tenant can go below that or turn it off. The preset `defensible` does the
same for the *defensible* checkpoints, to the level named.

Beside the level, a cell names only the fields that differ from the table of fields below.

| checkpoint | guards | on | default | enterprise tenants | floor | is |
|---|---|---|---|---|---|---|
"""
_BEFORE_FIELDS = """
## Policy fields

| field | means | may be | default | floor | law |
|---|---|---|---|---|---|
"""


def render_policies() -> str:
    """The whole page in Markdown."""
    checkpoints = "\n".join(_checkpoint(each) for each in BUILT_IN.values())
    fields = "\n".join(_field(name, rule) for name, rule in RULES.items())
    return f"{_BEFORE_CHECKPOINTS}{checkpoints}\n{_BEFORE_FIELDS}{fields}\n"


def _checkpoint(checkpoint: Checkpoint) -> str:
    usual = policy_pair_for(checkpoint, preset=Preset.BASELINE, tier=Tier.STANDARD)
    large = policy_pair_for(checkpoint, preset=Preset.BASELINE, tier=Tier.ENTERPRISE)
    on = "always" if checkpoint.always_on else "yes" if usual.default.active else "off"
    marks = ["sensitive"] if checkpoint.sensitive else []
    if level := checkpoint.defensible.get(_LEVEL):
        marks.append(f"defensible at {level.name}")
    cells = (
        f"`{checkpoint.slug}`",
        checkpoint.label,
        on,
        _said(usual.default, BASE, checkpoint.slug),
        "the same"
        if large.default == usual.default
        else _large(large.default, usual.default, checkpoint.slug),
        _said(usual.floor, LOOSEST, checkpoint.slug),
        ", ".join(marks),
    )
    return f"| {' | '.join(cells)} |"


def _large(policy: Policy, usual: Policy, place: str) -> str:
    said = _said(policy, BASE, place)
    return f"on, {said}" if policy.active and not usual.active else said


def _said(policy: Policy, than: Policy, place: str) -> str:
    """The level of a policy, and the other fields that do something there and differ."""
    plain, written = dump_policy(than), policy_at(policy, place)
    differing = [
        f"`{name}` {_words(value)}"
        for name, value in written.items()
        if name not in {_LEVEL, _ACTIVE} and value != plain[name]
    ]
    return ", ".join([written[_LEVEL], *differing])


def _field(name: str, rule: FieldRule) -> str:
    cells = (
        f"`{name}`",
        rule.help,
        "; ".join([_range(rule), *_limits(rule)]),
        _words(dump_policy(BASE)[name]),
        _words(dump_policy(LOOSEST)[name]),
        rule.law.name,
    )
    return f"| {' | '.join(cells)} |"


def _range(rule: FieldRule) -> str:
    match rule.values:
        case Flag():
            return "true, false"
        case Choice(words=words):
            return ", ".join(words)
        case Seconds(low=low, high=high) | Count(low=low, high=high):
            return f"{low} to {high} {rule.unit}"
        case Some(kind=kind):
            return ", ".join(kind)
        case Words(always=always):
            return f"{', '.join(SHIPPED)}, or a kind of the site's own; must contain {always}"
        case Order(kind=kind):
            return f"an order of {', '.join(kind)}"
        case OrderByCountry(kind=kind):
            return f"for each country (ISO 3166) an order of {', '.join(kind)}"
        case Countries():
            return "countries (ISO 3166), `*` for all of them, `001` for numbers of none"
        case other:
            assert_never(other)


def _limits(rule: FieldRule) -> Iterator[str]:
    for level, cap in rule.caps.items():
        if level is AssuranceLevel.AAL3 and cap != rule.caps[AssuranceLevel.AAL1]:
            yield f"at {level.name} the limit is {rule.values.write(cap)} {rule.unit}"
    if rule.read_at:
        yield f"used by {', '.join(sorted(rule.read_at))}"
    if rule.site_only:
        yield "only the site may set it"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(each)}" for name, each in value.items()) or "none"
    return ", ".join(value) if isinstance(value, list) else str(value)

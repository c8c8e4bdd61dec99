"""What is said of a policy field where it is declared; forms, admin, API, docs and tests read it.

    ttl: timedelta = field(
        default=minutes(20),
        metadata=ruled(law=LOWER, values=Seconds(60, 1800), unit=Unit.SECONDS, label=…, help=…),
    )

A field that leaves something out does not load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from otpguard.core.assurance import AssuranceLevel
from otpguard.core.laws import Law
from otpguard.core.policy_values import Count, Seconds, Values

_RULE = "rule"
_NOT_SAID = object()


class Unit(StrEnum):
    """What the number of a field counts. `NONE` is for flags, words and lists."""

    SECONDS = "seconds"
    TRIES = "tries"
    PEOPLE = "people"
    NONE = "none"


class PolicyFieldError(TypeError):
    """A policy field lacks a part of its declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """All that is known about one policy field besides its name, type and default.

    `law` is how it keeps to a floor, `values` its JSON form and bounds. `caps` are the limits by
    level that no exception moves. `label` and `help` are English messages, marked where they are
    declared and translated where they are shown. `site_only` fields are for the site's operators,
    never for a tenant. `read_at` are the checkpoints at which the field does something; empty for
    all of them.
    """

    law: Law
    values: Values
    unit: Unit
    label: str
    help: str
    caps: Mapping[AssuranceLevel, Any]
    site_only: bool
    loosest: Any
    read_at: frozenset[str] = frozenset()

    def is_read_at(self, place: str) -> bool:
        """Whether the field does something at a checkpoint, or at "*", which stands for all."""
        return not self.read_at or place == "*" or place in self.read_at


def ruled(
    *,
    law: Law,
    values: Values,
    unit: Unit,
    label: str,
    help: str,  # noqa: A002 (the word that forms and commands have for it)
    caps: Mapping[AssuranceLevel, Any] | None = None,
    site_only: bool = False,
    loosest: Any = _NOT_SAID,  # noqa: ANN401 (each field has its own type)
    read_at: frozenset[str] = frozenset(),
) -> dict[str, FieldRule]:
    """The metadata of one policy field; for its parts see `FieldRule`.

    `loosest` is the value in the floor under hosts' own checkpoints: the field's default unless
    something weaker is given.
    """
    return {
        _RULE: FieldRule(
            law=law,
            values=values,
            unit=unit,
            label=label,
            help=help,
            caps=caps or {},
            site_only=site_only,
            loosest=loosest,
            read_at=read_at,
        )
    }


def rules_of(policy: type[Any]) -> Mapping[str, FieldRule]:
    """The rules of a dataclass of policy fields, by name and in order.

    Raises PolicyFieldError for a field without a rule, a label, help, a fitting unit or a default
    within its own bounds.
    """
    rules: dict[str, FieldRule] = {}
    for each in fields(policy):
        rule = each.metadata.get(_RULE)
        if not isinstance(rule, FieldRule):
            raise PolicyFieldError(f"{each.name}: metadata must be made by `ruled`")
        if each.default is MISSING:
            raise PolicyFieldError(f"{each.name}: must have a default")
        _check(each.name, rule, each.default)
        rules[each.name] = rule
    return MappingProxyType(rules)


def loosest_values(rules: Mapping[str, FieldRule]) -> dict[str, Any]:
    """The values of the fields whose floor is weaker than their default."""
    return {name: rule.loosest for name, rule in rules.items() if rule.loosest is not _NOT_SAID}


def _check(name: str, rule: FieldRule, default: Any) -> None:  # noqa: ANN401 (any field's)
    for part in ("label", "help"):
        if not getattr(rule, part).strip():
            raise PolicyFieldError(f"{name}: must have a {part}")
    if not isinstance(rule.unit, Unit):
        raise PolicyFieldError(f"{name}: must have a unit")
    is_number = isinstance(rule.values, Seconds | Count)
    if is_number == (rule.unit is Unit.NONE):
        raise PolicyFieldError(f"{name}: a number must have a unit, and only a number")
    if isinstance(rule.values, Seconds) != (rule.unit is Unit.SECONDS):
        raise PolicyFieldError(f"{name}: Seconds and the unit of seconds must go together")
    try:
        rule.values.read(default)
    except ValueError as error:
        raise PolicyFieldError(f"{name}: the default {error}") from None

"""A policy field that leaves something unsaid does not load."""

from __future__ import annotations

from dataclasses import field, fields, make_dataclass
from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.laws import HIGHER
from otpguard.core.policy_rules import PolicyFieldError, Unit, loosest_values, ruled, rules_of
from otpguard.core.policy_values import Count, Flag, Seconds

PARTS: dict[str, Any] = {
    "law": HIGHER,
    "values": Seconds(0, 60),
    "unit": Unit.SECONDS,
    "label": "Pause",
    "help": "How long to pause.",
}
SECOND = timedelta(seconds=1)


def declared(default: object = SECOND, /, **parts: Any) -> type:
    """A dataclass with one policy field of these parts."""
    made = field(default=default, metadata=ruled(**{**PARTS, **parts}))
    return make_dataclass("Toy", [("pause", Any, made)])


def test_what_is_declared_is_read_back() -> None:
    rule = rules_of(declared(site_only=True))["pause"]
    assert {part: getattr(rule, part) for part in PARTS} == PARTS
    assert rule.site_only
    assert rule.caps == {}


@pytest.mark.parametrize("part", list(PARTS))
def test_no_part_may_be_left_out(part: str) -> None:
    with pytest.raises(TypeError, match=part):
        ruled(**{name: value for name, value in PARTS.items() if name != part})


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"help": " "}, "pause: must have a help"),
        ({"label": ""}, "pause: must have a label"),
        ({"unit": ""}, "pause: must have a unit"),
        ({"unit": None}, "pause: must have a unit"),
        ({"unit": Unit.NONE}, "pause: a number must have a unit"),
        ({"unit": Unit.TRIES}, "pause: Seconds and the unit of seconds must go together"),
        ({"values": Count(0, 9)}, "pause: Seconds and the unit of seconds must go together"),
        ({"values": Flag()}, "pause: a number must have a unit, and only a number"),
    ],
)
def test_a_field_without_help_label_or_a_fitting_unit_does_not_load(
    parts: dict[str, Any], message: str
) -> None:
    with pytest.raises(PolicyFieldError, match=message):
        rules_of(declared(**parts))


def test_the_default_must_be_within_the_bounds_of_the_field() -> None:
    with pytest.raises(PolicyFieldError, match="pause: the default must be whole seconds"):
        rules_of(declared(timedelta(minutes=2)))


def test_a_plain_field_and_one_without_a_default_do_not_load() -> None:
    plain = make_dataclass("Plain", [("pause", bool, True)])
    with pytest.raises(PolicyFieldError, match="pause: metadata must be made by `ruled`"):
        rules_of(plain)
    bare = make_dataclass("Bare", [("pause", bool, field(metadata=ruled(**PARTS)))])
    with pytest.raises(PolicyFieldError, match="pause: must have a default"):
        rules_of(bare)


def test_only_a_field_that_says_so_has_a_floor_below_its_default() -> None:
    assert loosest_values(rules_of(declared())) == {}
    assert loosest_values(rules_of(declared(loosest=timedelta(0)))) == {"pause": timedelta(0)}


def test_the_rules_keep_the_order_of_the_fields_and_cannot_be_changed() -> None:
    policy = declared()
    rules: Any = rules_of(policy)
    assert list(rules) == [each.name for each in fields(policy)]
    with pytest.raises(TypeError):
        rules["pause"] = None

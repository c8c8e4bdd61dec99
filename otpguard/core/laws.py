"""Clamp laws: how one policy field keeps to its floor.

Each law knows how to clamp a value to a floor, whether a value is at least as strict as the floor,
and how an exception loosens a floor. For every law `clamp_policy` is idempotent and its result is
at least as strict as the floor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Law:
    """How a field tightens: `clamp(value, floor)`, `satisfies(value, floor)`, and how it loosens:
    `loosen(floor, value)` is the strictest floor that both satisfy."""

    name: str
    clamp: Callable[[Any, Any], Any]
    satisfies: Callable[[Any, Any], bool]
    loosen: Callable[[Any, Any], Any]


def _at_least(value: Any, floor: Any) -> bool:  # noqa: ANN401 (any ordered type)
    return bool(value >= floor)


def _at_most(value: Any, floor: Any) -> bool:  # noqa: ANN401 (any ordered type)
    return bool(value <= floor)


HIGHER = Law("higher is stricter", max, _at_least, min)
"""For levels, holds and flags: the floor raises the value."""

LOWER = Law("lower is stricter", min, _at_most, max)
"""For time windows and tries: the floor caps the value."""

FEWER = Law(
    "a smaller set is stricter",
    lambda value, floor: value & floor,
    lambda value, floor: value <= floor,
    lambda floor, value: floor | value,
)
"""For allowed factors and channels: only what the floor allows as well."""

FREE = Law(
    "own choice",
    lambda value, _floor: value,
    lambda _value, _floor: True,
    lambda floor, _value: floor,
)
"""For preferences that make nothing weaker, such as the order of channels."""

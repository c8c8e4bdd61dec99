"""Signals as a decision record keeps them, and the fingerprint of the rules that were in force."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from otpguard.core.pumping.verdict import Action, Layer, Signal

FINGERPRINT_LENGTH = 12
LONGEST_DETAIL = 200


def signals_as_json(signals: Iterable[Signal]) -> list[dict[str, Any]]:
    """The signals as plain JSON values, in their order."""
    return [
        {
            "layer": each.layer.value,
            "action": each.action.name.lower(),
            "reason": each.reason,
            "weight": each.weight,
            "work_level": each.work_level,
            "detail": each.detail[:LONGEST_DETAIL],
        }
        for each in signals
    ]


def signals_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Signal, ...]:
    """The signals of a record; those of a layer or an action that this release does not know are
    left out, for no rule can speak about them."""
    return tuple(found for each in stored if (found := _signal(each)) is not None)


def fingerprint(rules: Iterable[object]) -> str:
    """Twelve letters that differ when the rules do, the same in every process. Each part must show
    all of itself in its repr, and no secret."""
    shown = "\0".join(_shown(each) for each in rules)
    return hashlib.sha256(shown.encode()).hexdigest()[:FINGERPRINT_LENGTH]


def _shown(value: object) -> str:
    """Like repr, with sets in order: theirs is another one in each process."""
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(_shown(each) for each in value))}}}"
    if is_dataclass(value):
        named = (f"{each.name}={_shown(getattr(value, each.name))}" for each in fields(value))
        return f"{type(value).__name__}({', '.join(named)})"
    return repr(value)


def _signal(stored: Mapping[str, Any]) -> Signal | None:
    try:
        return Signal(
            layer=Layer(stored["layer"]),
            action=Action[str(stored["action"]).upper()],
            reason=str(stored["reason"]),
            weight=int(stored.get("weight", 100)),
            work_level=int(stored.get("work_level", 0)),
            detail=str(stored.get("detail", "")),
        )
    except (KeyError, TypeError, ValueError):
        return None

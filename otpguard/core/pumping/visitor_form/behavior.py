"""How a form was filled in: counts and times of interactions, never what was typed."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields

LONGEST_BEHAVIOR = 256
_MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBehavior:
    """How often the pointer, keys, touch and pasting were used, and when for the first time, in
    milliseconds after the page was there; -1 for never."""

    pointer: int
    key: int
    touch: int
    paste: int
    first_ms: int

    @property
    def is_untouched(self) -> bool:
        """True if a script ran and no person did anything."""
        return not (self.pointer or self.key or self.touch or self.paste)


def parse_behavior(text: str) -> FormBehavior | None:
    """What the page's script has counted; None for anything else."""
    if not text or len(text) > LONGEST_BEHAVIOR:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    names = [each.name for each in fields(FormBehavior)]
    if not isinstance(said, dict) or sorted(said) != sorted(names):
        return None
    if not all(type(value) is int and -1 <= value <= _MOST for value in said.values()):
        return None
    return FormBehavior(**said)

"""Durations as operators read and type them: 90 s, 15 min, 24 h. The unit is always said."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SIZES: Mapping[str, int] = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
_SHOWN = ("h", "min", "s")
"""Days are understood but not shown: 24 h is what people compare a wait with."""
_PART = r"(\d{1,9})\s*(d|h|min|s)"
_WHOLE = re.compile(rf"\s*{_PART}(?:\s+{_PART})*\s*", re.ASCII)
_ONE = re.compile(_PART, re.ASCII)


def read_seconds(text: str) -> int:
    """The seconds of `15 min`, `24 h` or `1 h 30 min`; 0 needs no unit.

    Raises ValueError for anything else, also for a number without a unit: it could mean minutes.
    """
    if text.strip() == "0":
        return 0
    if not _WHOLE.fullmatch(text.lower()):
        raise ValueError(f"{text[:20]!r} is not a duration")
    return sum(int(number) * _SIZES[unit] for number, unit in _ONE.findall(text.lower()))


def seconds_text(seconds: int) -> str:
    """A duration in the largest unit that it is whole in; `read_seconds` reads it back."""
    unit = next(each for each in _SHOWN if seconds % _SIZES[each] == 0 and (seconds or each == "s"))
    return f"{seconds // _SIZES[unit]} {unit}"

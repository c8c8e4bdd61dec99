"""A vendor of facts about numbers that says what a test tells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery, NumberReport
from otpguard.intel.number import NoAnswer

PATH = "tests.intel.made_vendor.MadeVendor"
SAID: dict[str, Any] = {}
"""By name: a NumberReport, a NoAnswer, or an exception to raise."""
ASKED: list[tuple[str, NumberQuery]] = []


class MadeVendor:
    """A vendor of that name, which knows these facts."""

    def __init__(self, *, name: str = "made", facts: Iterable[str] = tuple(IntelFact)) -> None:
        self.name = name
        self.facts = frozenset(IntelFact(fact) for fact in facts)

    def look_up(self, query: NumberQuery, *, until: float) -> NumberReport | NoAnswer:
        """What SAID has."""
        assert until > 0
        ASKED.append((self.name, query))
        said = SAID.get(self.name, NumberReport())
        if isinstance(said, Exception):
            raise said
        found: Any = said
        return found  # whatever a test put there


class NoVendor:
    """A class that is none."""


def configured(**more: Any) -> dict[str, Any]:
    """NUMBER_INTEL with one made vendor that knows everything."""
    return {"VENDORS": {"made": {"BACKEND": PATH}}, **more}

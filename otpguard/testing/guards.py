"""A pytest fixture that holds the project to its checkpoints; this module needs pytest.

In `conftest.py`: `pytest_plugins = ["otpguard.testing.guards"]`, then in a test:
`otpguard_guards.check("guards.json")`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from otpguard.core.guard_list import GuardedPlace, problems_of
from otpguard.http.guarded.baseline import read_baseline
from otpguard.http.guarded.places import guarded_places


@dataclass(frozen=True, slots=True)
class ProjectGuards:
    """The doors of the project. `places` has each, with its checkpoints."""

    places: Sequence[GuardedPlace]

    def checkpoints_of(self, view_name: str) -> tuple[str, ...]:
        """What guards a view, by its name. Raises LookupError if there is no such view."""
        found = [place for place in self.places if place.name == view_name]
        if not found:
            raise LookupError(f"no view is named {view_name!r}")
        return tuple(dict.fromkeys(slug for place in found for slug in place.checkpoints))

    def check(self, baseline: str | Path | None = None) -> None:
        """Fail the test for each place that `otpguard_guards --fail` would name."""
        known = None if baseline is None else read_baseline(Path(baseline))
        found = problems_of(self.places, known)
        if found:
            pytest.fail("\n".join(f"{each.place}: {each.text}" for each in found), pytrace=False)


@pytest.fixture
def otpguard_guards() -> ProjectGuards:
    """The doors of the project under test, as its URLs and settings are now."""
    return ProjectGuards(guarded_places())

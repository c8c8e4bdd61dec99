"""The fixture fails a test for what `otpguard_guards --fail` would name."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.core.guard_list import GuardedPlace, PlaceKind, baseline_of
from otpguard.http.guarded.baseline import write_baseline
from otpguard.testing.guards import ProjectGuards

OPEN = GuardedPlace(kind=PlaceKind.URL, path="pay/", name="pay", writes=("shop.Card",))
GUARDED = GuardedPlace(kind=PlaceKind.API, path="api/", name="api", checkpoints=("api_key",))


def test_an_open_write_fails_and_an_accepted_one_passes(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="url pay/: writes shop"):
        ProjectGuards([OPEN, GUARDED]).check()
    file = tmp_path / "guards.json"
    write_baseline(file, baseline_of([OPEN, GUARDED]))
    ProjectGuards([OPEN, GUARDED]).check(file)


def test_what_guards_a_view_is_asked_by_its_name() -> None:
    guards = ProjectGuards([OPEN, GUARDED])
    assert (guards.checkpoints_of("api"), guards.checkpoints_of("pay")) == (("api_key",), ())
    with pytest.raises(LookupError, match="nowhere"):
        guards.checkpoints_of("nowhere")

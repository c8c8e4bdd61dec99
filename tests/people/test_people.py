"""A whole journey with each kind of user model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.people.models import MODELS
from tests.people.project import run_in, write_project

JOURNEY = [
    "enroll and resume a form",
    "revoke",
    "step up",
    "api",
    "sign in at a provider",
    "admin lists",
    "delete people",
    "delete a tenant",
]


ODDEST = "text with slashes as key, e-mail as login"


@pytest.mark.parametrize(
    "kind",
    [pytest.param(each, marks=[] if each == ODDEST else [pytest.mark.slow]) for each in MODELS],
)
def test_a_whole_journey_with_any_user_model(tmp_path: Path, kind: str) -> None:
    write_project(tmp_path, MODELS[kind])
    assert run_in(tmp_path, "tests.people.journey") == JOURNEY

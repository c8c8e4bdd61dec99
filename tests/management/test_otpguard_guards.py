"""`otpguard_guards` lists, fails where it is told to, and keeps a baseline."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from otpguard.testing.guards import ProjectGuards, otpguard_guards

__all__ = ["otpguard_guards"]


@pytest.fixture(autouse=True)
def _host(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.listed"
    settings.OTPGUARD = {**settings.OTPGUARD, "SENSITIVE_MODELS": ["auth.Group"]}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("otpguard_guards", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_it_lists_every_place_and_names_the_open_ones() -> None:
    said = run()
    assert "billing_change               url          /mark/" in said
    assert "writes auth.Group" in said
    assert "url open/deep/: writes auth.Group without a checkpoint" in said


def test_it_fails_only_when_it_is_told_to() -> None:
    with pytest.raises(CommandError, match="places to look at"):
        run("--fail")


def test_for_machines_it_is_one_document() -> None:
    found = json.loads(run("--json"))
    (deep,) = [each for each in found["places"] if each["name"] == "deep"]
    assert (deep["how"], deep["writes"]) == ("none", ["auth.Group"])
    assert {"place": "url open/deep/", "text": "writes auth.Group without a checkpoint"} in found[
        "problems"
    ]


def test_what_was_accepted_passes_until_a_checkpoint_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "guards.json"
    run("--baseline", str(file), "--accept")
    run("--baseline", str(file), "--fail")
    kept = json.loads(file.read_text())
    kept["places"]["url open/deep/"] = ["role_grant"]
    file.write_text(json.dumps(kept))
    with pytest.raises(CommandError):
        run("--baseline", str(file), "--fail")
    assert "url open/deep/: lost its checkpoint: role_grant" in run("--baseline", str(file))


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "places": {}}', '{"places": 1}'])
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "guards.json"
    file.write_text(text)
    with pytest.raises(CommandError, match=r"guards\.json"):
        run("--baseline", str(file))


def test_accepting_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--baseline"):
        run("--accept")
    with pytest.raises(CommandError, match="cannot be written"):
        run("--baseline", str(tmp_path / "nowhere" / "guards.json"), "--accept")


def test_wrong_settings_are_told(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SENSITIVE_MODELS": ["auth.Nothing"]}
    with pytest.raises(CommandError, match="Nothing"):
        run()


def test_the_fixture_holds_a_project_to_its_guards(
    otpguard_guards: ProjectGuards, tmp_path: Path
) -> None:
    file = tmp_path / "guards.json"
    run("--baseline", str(file), "--accept")
    otpguard_guards.check(file)
    with pytest.raises(pytest.fail.Exception, match="open/deep/"):
        otpguard_guards.check()
    assert otpguard_guards.checkpoints_of("mark") == ("billing_change",)
    with pytest.raises(LookupError):
        otpguard_guards.checkpoints_of("nowhere")

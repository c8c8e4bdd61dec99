"""The command line, in a process that has no Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from otpguard.audit.logs import key_of, note_of
from otpguard.audit.signers import head_signer
from otpguard.verify_export.__main__ import main
from tests.flows.audit.logging import ONE, begin, seal, seals_of, write
from tests.house.source import ROOT
from tests.verify_export.bundles import tampered, written

pytestmark = pytest.mark.django_db(transaction=True)

WITHOUT = """
import runpy, sys
for name in ("django", "celery", "rest_framework", *{blocked}):
    sys.modules[name] = None
sys.argv[1:] = {arguments}
runpy.run_module("otpguard.verify_export", run_name="__main__")
"""


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    begin()
    write(number=5)
    seal()
    return written(tmp_path / "bundle.zip")


@pytest.mark.parametrize("blocked", [(), ("cryptography",)])
def test_it_runs_where_django_is_not(bundle: Path, blocked: tuple[str, ...]) -> None:
    code = WITHOUT.format(blocked=blocked, arguments=[str(bundle)])
    run = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "Consistent with itself (no --key was given): 5 events" in run.stdout
    assert "Without --against" in run.stdout


def test_a_pinned_key_and_a_kept_head_say_verified(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = bundle.with_name("head")
    kept.write_text(note_of(seals_of()[0]).full())
    key = key_of(ONE, head_signer().public).text()
    assert main([str(bundle), "--key", key, "--against", str(kept)]) == 0
    assert capsys.readouterr().out.startswith("Verified: 5 events, 1 heads")


def test_damage_ends_with_one_and_is_named(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tampered(bundle, lambda lines: lines[:2] + lines[3:])
    assert main([str(path), "--fast"]) == 1
    assert "#2: removed" in capsys.readouterr().out
    assert main([str(path), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["holds"], told["damages"][0]["index"]) == (False, 2)


@pytest.mark.parametrize("words", [["/missing"], [__file__]])
def test_what_cannot_be_checked_ends_with_two(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("Could not be checked")

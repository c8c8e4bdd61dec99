"""The program for auditors is one file, and runs where nothing is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from otpguard.audit.verifier_app import FILE_NAME, verifier_app
from tests.flows.audit.logging import begin, seal, write
from tests.verify_export.bundles import tampered, written

pytestmark = pytest.mark.django_db(transaction=True)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a Python without site-packages, outside of the repository."""
    program = folder / FILE_NAME
    program.write_bytes(verifier_app())
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
        timeout=60,
    )


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    begin()
    write(number=5)
    seal()
    return written(tmp_path / "acme.zip")


def test_it_checks_a_bundle_where_nothing_is_installed(bundle: Path, tmp_path: Path) -> None:
    done = run(tmp_path, str(bundle))
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 events" in done.stdout
    fast = run(tmp_path, str(bundle), "--fast", "--json")
    assert json.loads(fast.stdout)["holds"] is True


def test_it_names_what_was_tampered_with(bundle: Path, tmp_path: Path) -> None:
    done = run(tmp_path, str(tampered(bundle, lambda lines: lines[:2] + lines[3:])))
    assert (done.returncode, done.stderr) == (1, "")
    assert "#2: removed" in done.stdout


def test_its_help_calls_it_by_its_name(tmp_path: Path) -> None:
    assert f"usage: {FILE_NAME}" in run(tmp_path, "--help").stdout


def test_it_is_the_same_file_each_time() -> None:
    assert verifier_app() == verifier_app()
    assert verifier_app().startswith(b"#!/usr/bin/env python3\n")
    assert len(verifier_app()) < 64 * 1024
    assert ZipFile(BytesIO(verifier_app())).testzip() is None

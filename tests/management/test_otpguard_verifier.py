"""The program for auditors by hand."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from otpguard.audit.verifier_app import verifier_app


def test_it_writes_the_program(tmp_path: Path) -> None:
    out = StringIO()
    call_command("otpguard_verifier", str(tmp_path / "a.pyz"), "--no-color", stdout=out)
    assert (tmp_path / "a.pyz").read_bytes() == verifier_app()
    assert out.getvalue() == f"Written: {tmp_path / 'a.pyz'}\n"


def test_it_never_writes_over_a_file(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    with pytest.raises(CommandError, match="already"):
        call_command("otpguard_verifier", str(there))
    assert there.read_text() == "mine"
    with pytest.raises(CommandError, match="No such file"):
        call_command("otpguard_verifier", str(tmp_path / "none" / "a.pyz"))

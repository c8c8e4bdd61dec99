"""What is stored about a person, as a file for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests import factories

pytestmark = pytest.mark.django_db


def run(*words: str) -> None:
    call_command("otpguard_export_person", *words, "--reason", "ticket 4711")


def test_it_writes_json_or_a_page_that_only_the_owner_reads(tmp_path: Path) -> None:
    kim = factories.user()
    factories.phone_factor(kim, "+12015550123")
    for name in ("kim.json", "kim.html"):
        run(str(kim.pk), str(tmp_path / name))
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert "+12015550123" in (tmp_path / name).read_text()
    assert json.loads((tmp_path / "kim.json").read_text())["user"] == str(kim.pk)


def test_it_never_writes_over_a_file(tmp_path: Path) -> None:
    there = tmp_path / "there.json"
    there.write_text("mine")
    with pytest.raises(CommandError, match="already"):
        run("7", str(there))
    assert there.read_text() == "mine"


def test_another_ending_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="must end"):
        run("7", str(tmp_path / "kim.txt"))
    with pytest.raises(CommandError, match="No such file"):
        run("7", str(tmp_path / "none" / "kim.json"))

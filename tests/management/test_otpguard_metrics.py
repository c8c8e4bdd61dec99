"""The numbers on the terminal, and in a file that a collector reads."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.store_down import no_answer

pytestmark = pytest.mark.django_db


def test_they_are_printed() -> None:
    out = StringIO()
    call_command("otpguard_metrics", stdout=out)
    assert "\notpguard_stream_dead_letters 0\n" in out.getvalue()


def test_a_file_is_replaced_as_a_whole_and_others_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "otpguard.prom"
    file.write_text("old")
    call_command("otpguard_metrics", file=file)
    assert file.read_text().startswith("# HELP otpguard_")
    assert file.stat().st_mode & 0o777 == 0o644
    assert [each.name for each in tmp_path.iterdir()] == [file.name]


def test_while_the_database_is_away_the_file_stays_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "otpguard.prom"
    file.write_text("old")
    with no_answer(), pytest.raises(CommandError):
        call_command("otpguard_metrics", file=file)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(file.name, "old")]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("otpguard_metrics", file=tmp_path / "missing" / "otpguard.prom")

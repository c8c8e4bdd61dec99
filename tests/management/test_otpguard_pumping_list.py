"""The command imports a list whole or not at all, and writes one that it can read."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from otpguard.models import PrefixRule

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = "prefix;action;until;source\r\n92300;block;2999-12-31;vendor\r\n+44 7;allow;;\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.csv"


def run(what: str, file: Path, *options: str, err: StringIO | None = None) -> str:
    out = StringIO()
    said = {"stdout": out, "stderr": err or StringIO(), "no_color": True}
    call_command("otpguard_pumping_list", what, str(file), *options, **said)
    return out.getvalue().strip()


def test_a_list_of_a_spreadsheet_is_imported_and_comes_out_again(file: Path) -> None:
    file.write_text(GOOD, "utf-8-sig", newline="")
    assert run("import", file) == "Done. Rules: 2 added, 0 changed, 0 unchanged."
    assert run("export", file) == "Done. Rules: 2."
    assert file.read_text("utf-8").splitlines() == [
        "prefix,action,until,source",
        "+447,allow,,",
        "+92300,block,3000-01-01T00:00:00+00:00,vendor",
    ]
    assert run("import", file) == "Done. Rules: 0 added, 0 changed, 2 unchanged."


def test_a_dry_run_says_what_it_would_do(file: Path) -> None:
    file.write_text(GOOD, "utf-8", newline="")
    said = run("import", file, "--dry-run")
    assert said == "Nothing was written. Rules: 2 added, 0 changed, 0 unchanged."
    assert not PrefixRule.objects.exists()


def test_mistakes_are_told_by_line_and_end_it(file: Path) -> None:
    file.write_text("prefix,action\n+92,block\nx,block\n+1,stop\n", "utf-8")
    err = StringIO()
    with pytest.raises(CommandError, match=r"^Nothing was imported\. Mistakes: 2\.$"):
        run("import", file, err=err)
    assert [line.split(":")[0] for line in err.getvalue().splitlines()] == ["Line 3", "Line 4"]
    assert not PrefixRule.objects.exists()


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\x80,\n"])
def test_a_file_that_is_no_text_is_one_line(file: Path, raw: bytes) -> None:
    file.write_bytes(raw)
    with pytest.raises(CommandError, match="not UTF-8"):
        run("import", file)


@pytest.mark.parametrize("what", ["import", "export"])
def test_a_file_that_cannot_be_opened_is_one_line(tmp_path: Path, what: str) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(what, tmp_path / "no" / "list.csv")

"""The command imports a file, or says every mistake and imports nothing."""

from __future__ import annotations

import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from otpguard.models import Factor
from tests import factories
from tests.pskc import RFC_FIGURE_7, RFC_PASSPHRASE

pytestmark = pytest.mark.django_db
GOOD = b"serial,user,secret\nA1,ada,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n"


@pytest.fixture(autouse=True)
def acme(db: None) -> None:
    factories.member(factories.tenant("acme"), factories.user("ada"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokens.csv"


def run(file: Path | str, tenant: str = "acme", **options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    said = {"stdout": out, "stderr": err, "no_color": True}
    call_command("otpguard_import_tokens", tenant, str(file), **said, **options)
    return out.getvalue(), err.getvalue()


def test_it_imports_a_file(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + GOOD)
    assert run(file) == ("Done: 1 tokens imported.\n", "")
    assert Factor.objects.get().serial == "A1"


def test_it_reads_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(GOOD)))
    run("-")
    assert Factor.objects.get().serial == "A1"


def test_mistakes_are_said_line_by_line_and_nothing_is_imported(file: Path) -> None:
    file.write_bytes(GOOD + b"A2,eve,GEZDGNBV\nA3,ada,\n")
    err = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("otpguard_import_tokens", "acme", str(file), stderr=err, no_color=True)
    assert err.getvalue().splitlines() == [
        "Line 3: The secret is too short: it must have at least 128 bits.",
        "Line 4: The secret is missing.",
    ]
    assert str(caught.value) == "Nothing was imported. Mistakes: 2."
    assert caught.value.returncode == 1
    assert not Factor.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        (b"\xff\xfe", "not UTF-8"),
        (GOOD + b" " * 8 * 1024 * 1024, "larger than 8 MiB"),
    ],
)
def test_what_cannot_be_read_is_one_line(file: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=said) as caught:
        run(file)
    assert "\n" not in str(caught.value)


def test_an_encrypted_file_is_opened_by_a_key_from_a_file_and_given_out_by_a_list(
    file: Path, tmp_path: Path
) -> None:
    """A key on the command line would be seen by everybody on the machine."""
    key, owners = tmp_path / "key.txt", tmp_path / "owners.csv"
    file.write_text(RFC_FIGURE_7)
    owners.write_text("serial,user\n987654321,ada\n")
    key.write_text(f"{RFC_PASSPHRASE}\n")
    run(file, key_file=str(key), owners=str(owners))
    assert Factor.objects.get().serial == "987654321"


def test_mistakes_in_the_list_of_owners_say_that_they_are_there(file: Path, tmp_path: Path) -> None:
    owners = tmp_path / "owners.csv"
    file.write_bytes(GOOD)
    owners.write_text("serial,user\nA1,eve\nA2,ada\n")
    err = StringIO()
    named = {"owners": str(owners), "stderr": err, "no_color": True}
    with pytest.raises(CommandError, match="Mistakes: 2"):
        call_command("otpguard_import_tokens", "acme", str(file), **named)
    assert err.getvalue().splitlines() == [
        "List of owners: Line 2: This organization has no active member with this name.",
        "List of owners: Line 3: The file has no token with this serial number.",
    ]


def test_a_tenant_that_is_not_there_is_one_line(file: Path) -> None:
    file.write_bytes(GOOD)
    with pytest.raises(CommandError, match='no tenant "nowhere"'):
        run(file, "nowhere")

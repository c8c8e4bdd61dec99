"""A log that went on after a restore, checked offline with what was kept before and since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otpguard.audit.logs import key_of, note_of
from otpguard.audit.signers import head_signer
from otpguard.core.sealing.note import NoteKey
from otpguard.models import SealCursor
from otpguard.verify_export.__main__ import main
from otpguard.verify_export.check import ExportCheck, verify_bundle
from otpguard.verify_export.restores import MOST, is_earlier, lost_with, through_restores
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write
from tests.verify_export.bundles import put_back, written

NAME = "a.example/00"


@pytest.fixture
def kept() -> str:
    """The database is put back to five events of 300, and grows on in generation 2; the head of the
    300 that was kept."""
    begin()
    for number in (5, 295):
        write(number=number)
        write(TWO)
        seal()
    head = put_back()
    SealCursor.objects.update(generation=2)
    write(number=300)
    seal()
    return head


def check(path: Path, *heads: str, number: int = 1) -> ExportCheck:
    key = key_of(ONE, head_signer().public, number).text()
    return verify_bundle(path, keys=[key], against=heads)


@pytest.mark.django_db(transaction=True)
def test_a_log_that_went_on_holds_with_the_key_of_before_and_of_now(
    kept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "on.zip")
    for number in (1, 2):
        found = check(path, number=number)
        assert (found.damages, found.generation, found.size) == ([], 2, 305)
    early, newest = (note_of(seals_of()[at]).full() for at in (0, -1))
    assert "/2\n" in newest
    assert "/2\n" not in early
    assert check(path, early, newest).holds
    assert main([str(path)]) == 0
    assert "went on after a restore (generation 2)" in capsys.readouterr().out
    main([str(path), "--json"])
    assert json.loads(capsys.readouterr().out)["generation"] == 2
    assert kept


@pytest.mark.django_db(transaction=True)
def test_what_a_restore_lost_is_said_against_a_head_of_before(kept: str, tmp_path: Path) -> None:
    path = written(tmp_path / "on.zip")
    (damaged,) = check(path, kept).damages
    assert damaged.damage.value == "forked"
    assert "before a restore (generation 1, now 2)" in str(damaged)


@pytest.mark.django_db(transaction=True)
def test_a_bundle_of_before_a_restore_is_older_than_a_head_of_after(tmp_path: Path) -> None:
    begin()
    write(number=5)
    seal()
    path = written(tmp_path / "before.zip")
    SealCursor.objects.update(generation=2)
    write()
    seal()
    (damaged,) = check(path, note_of(seals_of()[-1]).full(), number=2).damages
    assert damaged.damage.value == "rolled_back"
    assert "later generation" in str(damaged)


def test_a_key_counts_for_its_own_log_alone_under_all_of_its_names() -> None:
    mine, other = (NoteKey(name=name, public=b"p" * 32) for name in (NAME, "a.example/01"))
    names = [key.name for key in through_restores([mine, other], f"{NAME}/3")]
    assert names == [NAME, f"{NAME}/2", f"{NAME}/3", "a.example/01"]
    late = NoteKey(name=f"{NAME}/3", public=b"p" * 32)
    assert [key.name for key in through_restores([late], f"{NAME}/2")] == [
        *(f"{NAME}/3", NAME, f"{NAME}/2")
    ]
    assert is_earlier(NAME, f"{NAME}/2")
    assert not is_earlier(f"{NAME}/2", NAME)
    assert not is_earlier("a.example/01", f"{NAME}/2")
    assert not lost_with(NAME, NAME)


def test_more_restores_than_can_be_true_are_refused() -> None:
    with pytest.raises(ValueError, match="restored more than"):
        list(through_restores([], f"{NAME}/{MOST + 1}"))

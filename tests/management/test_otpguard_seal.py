"""Sealing by hand."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from otpguard.core.sealing.note import NoteKey
from tests.flows.audit.logging import begin, bodies, leaves_of, seals_of, write
from tests.flows.audit.publishing import dump, publish, put_back, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


def run(**options: int) -> str:
    out = StringIO()
    call_command("otpguard_seal", stdout=out, **options)
    return out.getvalue()


def test_it_seals_all_there_is_in_as_many_passes_as_it_takes() -> None:
    begin()
    write(number=7)
    said = run(batch=3)
    assert "3 events …" in said
    assert "Done: 7 events sealed." in said
    assert leaves_of(seals_of()) == bodies()
    assert "Done: 0 events" in run()


def test_a_database_that_was_put_back_is_said_by_the_status(settings: Any, tmp_path: Path) -> None:
    begin()
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path)}}
    write_and_seal()
    publish()
    kept = dump()
    write_and_seal()
    publish()
    put_back(kept)
    for _ in range(2):
        with pytest.raises(CommandError, match="--after-restore") as refused:
            run()
        assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="1 of 2 published heads are here, 1 are lost") as told:
        run(after_restore=True)
    assert told.value.returncode == 3
    assert "No published head is newer" in run(after_restore=True)
    assert "Done: 0 events" in run()


def test_a_place_that_is_away_is_named_and_holds_nothing_up(settings: Any, tmp_path: Path) -> None:
    begin()
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"STORAGE": "missing"}}
    write()
    said = run()
    assert "storage cannot be asked" in said
    assert "Done: 1 events" in said
    with pytest.raises(CommandError, match="not every place") as open_:
        run(after_restore=True)
    assert open_.value.returncode == 2


def test_it_prints_the_keys_that_a_witness_needs() -> None:
    first, second = run(keys=True).split()
    assert NoteKey.parse(first).name == "unnamed.invalid/heads"
    assert NoteKey.parse(second).name == "unnamed.invalid/heads/clock"


def test_it_says_why_it_cannot() -> None:
    with pytest.raises(CommandError, match="migrate"):
        run()
    with pytest.raises(CommandError, match="--batch"):
        run(batch=0)

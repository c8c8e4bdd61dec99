"""Which references were erased, outside the database."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.test import override_settings
from django.utils import timezone

from otpguard.audit.erasure_journal import JournalError, add_erased, erased_refs


def test_a_file_grows_by_a_line_for_each_erasure(tmp_path: Path) -> None:
    refs = [uuid4() for _ in range(3)]
    with override_settings(OTPGUARD={"ERASURE_JOURNAL": str(tmp_path / "erased.jsonl")}):
        add_erased(refs[:2], at=timezone.now())
        add_erased([], at=timezone.now())
        add_erased(refs[2:], at=timezone.now())
        assert erased_refs() == set(refs)
    assert len((tmp_path / "erased.jsonl").read_text().splitlines()) == 2


def test_a_storage_keeps_a_file_for_each(tmp_path: Path) -> None:
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    stores = {"erased": {**place, "OPTIONS": {"location": str(tmp_path)}}}
    refs = [uuid4(), uuid4()]
    with override_settings(OTPGUARD={"ERASURE_JOURNAL": "storage:erased"}, STORAGES=stores):
        for ref in refs:
            add_erased([ref], at=timezone.now())
        assert erased_refs() == set(refs)


def test_without_a_journal_nothing_is_written_and_nothing_can_be_read() -> None:
    add_erased([uuid4()], at=timezone.now())
    with pytest.raises(JournalError):
        erased_refs()


@pytest.mark.parametrize("place", ["/nowhere/at/all.jsonl", "storage:unknown"])
def test_a_journal_that_is_away_is_said(place: str) -> None:
    with override_settings(OTPGUARD={"ERASURE_JOURNAL": place}):
        with pytest.raises(JournalError):
            add_erased([uuid4()], at=timezone.now())
        with pytest.raises(JournalError):
            erased_refs()

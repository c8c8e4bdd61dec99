"""Heads as files: whole or not there, and never another one under the same name."""

from __future__ import annotations

from pathlib import Path

import pytest

from otpguard.audit.logs import newest_seal, note_of
from otpguard.audit.publishers.base import NewerHeadError, PublishError
from otpguard.audit.publishers.directory import HeadDirectory
from otpguard.core.sealing.note import SignedNote
from otpguard.models import ALL_HEADS, Seal
from tests.flows.audit.logging import begin
from tests.flows.audit.publishing import write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def seal() -> Seal:
    """A head."""
    begin()
    write_and_seal()
    found = newest_seal(ALL_HEADS)
    assert found is not None
    return found


def files(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file()]


def test_a_head_is_there_as_a_whole_and_is_the_newest(seal: Seal, tmp_path: Path) -> None:
    place = HeadDirectory(str(tmp_path))
    assert place.newest() == ""
    for _ in range(2):
        assert place.publish(seal, note_of(seal), 0) == note_of(seal).full()
    assert place.newest() == note_of(seal).full()
    assert len(files(tmp_path)) == 1, "no draft is left"


def test_another_head_of_that_size_is_not_written_over(seal: Seal, tmp_path: Path) -> None:
    place = HeadDirectory(str(tmp_path))
    place.publish(seal, note_of(seal), 0)
    with pytest.raises(NewerHeadError) as raised:
        place.publish(seal, SignedNote("x\n", note_of(seal).signatures), 0)
    assert raised.value.note == note_of(seal).full()
    assert place.newest() == note_of(seal).full()


def test_a_disk_that_cannot_be_written_is_one_kind_of_error(seal: Seal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishError, match="NotADirectoryError"):
        HeadDirectory(str(tmp_path / "file")).publish(seal, note_of(seal), 0)

"""Heads leave the database: in order, again until they are taken, and never twice in two forms."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from otpguard.audit.logs import newest_seal, note_of
from otpguard.conf import settings as ours
from otpguard.core.sealing.tiles import tile_path, tiles_of
from otpguard.flows.audit.publish import EVERY, LEASE, enqueue_publishing, publish_heads
from otpguard.models import ALL_HEADS, AuditSchedule, Publication, Seal, SealCursor
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write
from tests.flows.audit.publishing import ORIGIN, publish, storages, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _begun() -> None:
    begin()


def newest() -> Seal:
    found = newest_seal(ALL_HEADS)
    assert found is not None
    return found


def test_each_new_head_becomes_a_file_that_is_never_written_again(
    settings: Any, tmp_path: Path
) -> None:
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path)}}
    kept = []
    for _ in range(3):
        write_and_seal()
        assert publish().published == {"directory": newest().size}
        kept.append(note_of(newest()).full())
    files = sorted(each for each in tmp_path.rglob("*") if each.is_file())
    assert [each.read_text() for each in files] == kept
    assert [int(each.name) for each in files] == [1, 2, 3]
    assert files[0].is_relative_to(tmp_path / ORIGIN)
    assert publish().published == {}, "no head is new"


def test_without_places_nothing_is_published() -> None:
    write_and_seal()
    assert publish().published == {}
    assert not ours().audit_publish.is_on
    assert enqueue_publishing(now=timezone.now()) == 0


def test_a_place_that_is_away_is_tried_again_and_holds_nothing_up(
    settings: Any, tmp_path: Path
) -> None:
    away = tmp_path / "away"
    away.write_text("no directory")
    settings.STORAGES = storages(tmp_path, "heads")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(away / "x"), "STORAGE": "heads"}}
    write_and_seal()
    run = publish()
    assert set(run.published) == {"storage"}
    assert set(run.failed) == {"directory"}
    row = Publication.objects.get(name="directory")
    assert (row.size, row.failures) == (0, 1)
    assert row.next_at > timezone.now()
    assert publish_heads(now=timezone.now()).failed == {}, "it waits"
    away.unlink()
    write_and_seal()
    assert publish().published == {"directory": 2, "storage": 2}
    assert Publication.objects.get(name="directory").failures == 0


def test_heads_wait_for_their_tiles(settings: Any, tmp_path: Path) -> None:
    blocked = tmp_path / "tiles"
    blocked.write_text("no directory")
    settings.STORAGES = storages(tmp_path, "tiles", "heads")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "tiles", "STORAGE": "heads"}}
    write_and_seal()
    run = publish()
    assert set(run.failed) == {"tiles"}
    assert run.published == {}
    blocked.unlink()
    assert publish().published == {"tiles": 1, "storage": 1}


def test_tiles_of_every_log_lie_in_the_storage_with_their_heads(
    settings: Any, tmp_path: Path
) -> None:
    settings.STORAGES = storages(tmp_path, "tiles")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "tiles"}}
    for number in (3, 300, 1):
        write(ONE, number)
        write(TWO)
        seal()
        assert set(publish().published) == {"tiles"}
    root = tmp_path / "tiles" / "unnamed.invalid"
    for name, size in ((ONE.hex, 304), (TWO.hex, 3), ("heads", newest().size)):
        for tile in tiles_of(size):
            assert (root / name / tile_path(*tile)).stat().st_size == tile[2] * 32
    last = seals_of(ONE)[-1]
    assert (root / ONE.hex / "checkpoint").read_text() == note_of(last).full()
    assert (root / ONE.hex / "heads" / "3").is_file()
    before = sorted(tmp_path.rglob("*"))
    Publication.objects.update(size=0)
    publish()
    assert sorted(tmp_path.rglob("*")) == before, "a repeat writes the same"


def test_the_sweep_starts_a_run_only_for_new_heads(settings: Any, tmp_path: Path) -> None:
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path)}}
    now = timezone.now()
    assert enqueue_publishing(now=now) == 0
    assert AuditSchedule.objects.get().publish_at == now + EVERY
    write_and_seal()
    now += EVERY
    assert enqueue_publishing(now=now) == 1
    assert AuditSchedule.objects.get().publish_at == now + LEASE
    assert enqueue_publishing(now=now) == 0, "one run at a time"
    publish_heads(now=now)
    assert enqueue_publishing(now=now + timedelta(seconds=5)) == 0


def test_two_runs_at_once_do_no_harm(settings: Any, tmp_path: Path) -> None:
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path)}}
    write_and_seal()
    publish()
    Publication.objects.update(size=0)
    assert publish().published == {"directory": 1}
    assert len([each for each in tmp_path.rglob("*") if each.is_file()]) == 1


def test_a_head_that_we_did_not_sign_stops_nothing(settings: Any, tmp_path: Path) -> None:
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path)}}
    write_and_seal()
    publish()
    (file,) = (each for each in tmp_path.rglob("*") if each.is_file())
    forged = file.with_name(f"{99:020}")
    forged.write_text(file.read_text().replace("\n1\n", "\n99\n"))
    write_and_seal()
    run = publish()
    assert "does not verify" in run.failed["directory"]
    assert not SealCursor.objects.get().newer_head
    assert seal().is_behind is False

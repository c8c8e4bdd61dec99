"""A dump of yesterday is restored: it is found, nothing is sealed, and it goes on when told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.audit.event_mac import is_genuine
from otpguard.audit.logs import heads_origin, newest_seal, note_of
from otpguard.audit.publishers.base import NewerHeadError
from otpguard.core.sealing.damage import Damage
from otpguard.core.sealing.note import Head, SignedNote
from otpguard.flows.audit import restore
from otpguard.flows.audit.publish_lag import on_publishing, publishing_state
from otpguard.flows.audit.restore import (
    UnreachableError,
    continue_after_restore,
    look_at_places,
    look_once,
)
from otpguard.flows.audit.seal import SealRun
from otpguard.flows.audit.verify import (
    logs_to_verify,
    verify_against,
    verify_heads,
    verify_log,
)
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event, Seal, SealCursor
from tests.flows.audit.logging import ONE, begin, seal, seals_of, write
from tests.flows.audit.publishing import ORIGIN, dump, publish, put_back, storages, write_and_seal
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _begun(settings: Any, tmp_path: Path) -> None:
    begin()
    settings.STORAGES = storages(tmp_path, "tiles")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"DIRECTORY": str(tmp_path / "heads"), "TILES": "tiles"}}


def restored_after(lost: int = 2) -> str:
    """Two heads are published, a dump is made, some more are published, and the dump is put back.
    Returns the newest head that was published."""
    for _ in range(2):
        write_and_seal()
    publish()
    kept = dump()
    for _ in range(lost):
        write_and_seal(3)
        publish()
    newest = newest_seal(ALL_HEADS)
    assert newest is not None
    put_back(kept)
    return note_of(newest).full()


def damages() -> list[Damage]:
    """All that a check of everything finds."""
    steps = [step for log in logs_to_verify() for step in verify_log(log)]
    return [each.damage for step in (*steps, verify_heads()) for each in step.damages]


def test_a_restored_dump_is_found_and_nothing_is_sealed_any_more() -> None:
    lost = restored_after()
    with pytest.raises(NewerHeadError, match="published with 4 heads"):
        look_at_places()
    assert SealCursor.objects.get().newer_head == lost
    write()
    assert seal() == SealRun(is_behind=True)
    (finding,) = on_publishing(publishing_state(now=timezone.now()))
    assert "--after-restore" in finding.text
    assert finding.level == "error"


def test_the_next_head_that_is_published_finds_it_too() -> None:
    restored_after()
    write_and_seal()
    assert publish().newer_at == "tiles"
    assert seal().is_behind


def test_a_dump_that_has_grown_on_since_is_found_by_its_other_root() -> None:
    restored_after(lost=1)
    for _ in range(3):
        write_and_seal()
    with pytest.raises(NewerHeadError):
        look_at_places()


def test_every_process_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restore._Looked, "pid", 0)
    lost = restored_after()
    look_once()
    assert SealCursor.objects.get().newer_head == lost
    SealCursor.objects.update(newer_head="")
    look_once()
    assert not SealCursor.objects.get().newer_head


def test_sealing_goes_on_under_new_names_and_all_of_it_verifies() -> None:
    lost = restored_after()
    found = continue_after_restore(now=timezone.now())
    assert found is not None
    assert (found.generation, found.heads, found.lost.size) == (2, 2, 4)
    write_and_seal(2)
    site = seals_of(None)[-1]
    assert (site.first, site.generation) == (0, 2), "the restore is the first thing in the new one"
    told = Event.objects.get(kind="log.restored")
    assert "unnamed.invalid/heads" in told.body
    assert heads_origin() == f"{ORIGIN}/2"
    assert damages() == []
    wrong = verify_against(lost)
    assert wrong is not None
    assert wrong.damage in {Damage.FORKED, Damage.ROLLED_BACK}


def test_heads_from_before_the_dump_still_fit() -> None:
    restored_after()
    continue_after_restore(now=timezone.now())
    write_and_seal()
    assert verify_against(note_of(seals_of(ONE)[0]).full()) is None
    assert verify_against(note_of(seals_of(ONE)[-1]).full()) is None


def test_lost_heads_stay_where_they_were_published(tmp_path: Path) -> None:
    lost = restored_after()
    old = tmp_path / "tiles" / ORIGIN / "checkpoint"
    continue_after_restore(now=timezone.now())
    write_and_seal()
    assert set(publish().published) == {"tiles", "directory"}
    assert old.read_text() == lost
    new = Head.parse(SignedNote.parse((old.parent / "2" / "checkpoint").read_text()).text)
    assert new.origin == f"{ORIGIN}/2"
    assert look_at_places() == {}, "what was lost is told once"
    assert continue_after_restore(now=timezone.now()) is None


def test_without_a_newer_head_nothing_changes() -> None:
    write_and_seal()
    publish()
    assert continue_after_restore(now=timezone.now()) is None
    assert SealCursor.objects.get().generation == 1


def test_a_place_that_is_away_leaves_it_open(settings: Any, tmp_path: Path) -> None:
    write_and_seal()
    publish()
    settings.STORAGES = storages(tmp_path)
    assert set(look_at_places()) == {"tiles"}
    with pytest.raises(UnreachableError, match="tiles"):
        continue_after_restore(now=timezone.now())


def test_a_rollback_of_everything_is_found_against_a_kept_head_alone(tmp_path: Path) -> None:
    lost = restored_after()
    shutil.rmtree(tmp_path / "tiles")
    shutil.rmtree(tmp_path / "heads")
    assert look_at_places() == {}
    assert damages() == []
    wrong = verify_against(lost)
    assert wrong is not None
    assert wrong.damage is Damage.ROLLED_BACK


@postgres_only
def test_rows_of_a_server_with_higher_numbers_are_sealed_and_new_ones_stand_behind_them() -> None:
    restored_after()
    with connection.cursor() as cursor:  # as if the dump came from a server that was used more
        for table, column in (
            ("sealcursor", "xact"),
            ("seal", "first_xact"),
            ("seal", "last_xact"),
            ("event", "xact"),
        ):
            cursor.execute(f"UPDATE otpguard_{table} SET {column} = {column} + 1000000000")
    continue_after_restore(now=timezone.now())
    write(ONE, 2)
    assert seal().events == 3, "the restore and two more"
    newest = Event.objects.filter(tenant_id=ONE).order_by("-xact").first()
    assert newest is not None
    assert newest.xact > 1_000_000_000
    assert is_genuine(newest)
    assert Seal.objects.filter(log=SITE_EVENTS).count() == 1
    assert Damage.REMOVED not in damages()

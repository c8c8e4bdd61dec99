"""A log is checked against the tiles in a storage: each kind of damage is found on either side."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from otpguard.core.sealing.damage import Damage
from otpguard.flows.audit.verify_tiles import NoHeadError, TilesCheck, verify_tiles
from otpguard.models import Event
from tests.flows.audit.aging import aged, purge
from tests.flows.audit.logging import ONE, TWO, begin, seal
from tests.flows.audit.publishing import dump, publish, put_back, storages, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    """Where the tiles of a log lie that has two heads there."""
    begin()
    settings.STORAGES = storages(tmp_path, "tiles")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "tiles"}}
    for number in (3, 257):
        write_and_seal(number)
        publish()
    return tmp_path / "tiles" / "unnamed.invalid" / ONE.hex


def check() -> TilesCheck:
    return verify_tiles(ONE, alias="tiles")


def kinds() -> set[Damage]:
    return {each.damage for each in check().damages}


def test_a_log_that_holds_has_all_its_events_and_heads(root: Path) -> None:
    found = check()
    assert (found.events, found.heads, found.damages) == (260, 2, ())
    write_and_seal(5)
    assert check().events == 260, "later events wait for their tiles"


def test_a_deleted_event_is_named_by_its_index(root: Path) -> None:
    Event.objects.filter(pk=Event.objects.order_by("xact", "pk")[5].pk).delete()
    (damage,) = check().damages
    assert (damage.damage, damage.index) == (Damage.REMOVED, 5)


def test_after_a_purge_only_what_is_kept_is_compared(root: Path) -> None:
    aged(TWO)
    publish()
    purge(TWO)
    found = verify_tiles(TWO, alias="tiles")
    assert (found.events, found.damages) == (9, ())
    seal()
    publish()
    Event.objects.filter(tenant_id=TWO).order_by("xact", "pk")[0].delete()
    assert [each.index for each in verify_tiles(TWO, alias="tiles").damages] == [5]


def test_a_database_that_was_put_back_lacks_what_the_tiles_have(root: Path) -> None:
    kept = dump()
    write_and_seal(2)
    publish()
    put_back(kept)
    assert [each.index for each in check().damages] == [260, 261]


def test_a_changed_tile_fits_no_head(root: Path) -> None:
    tile = root / "tile/0/000"
    tile.write_bytes(b"x" * 32 + tile.read_bytes()[32:])
    assert Damage.FORKED in kinds()


def test_a_missing_tile_is_told(root: Path) -> None:
    (root / "tile/0/001.p/4").unlink()
    assert Damage.HASHES in kinds()


def test_an_older_head_in_the_place_of_the_newest_is_found(root: Path) -> None:
    shutil.copy(root / "heads/3", root / "checkpoint")
    assert Damage.ROLLED_BACK in kinds()


def test_a_head_that_nobody_signed_is_no_head(root: Path) -> None:
    forged = (root / "heads/3").read_text().replace("\n3\n", "\n2\n")
    (root / "heads/2").write_text(forged)
    assert Damage.NOT_SIGNED in kinds()
    (root / "checkpoint").write_text(forged)
    with pytest.raises(NoHeadError):
        check()


def test_a_log_without_a_head_there_cannot_be_checked(root: Path) -> None:
    with pytest.raises(NoHeadError, match=TWO.hex):
        verify_tiles(TWO, alias="tiles")

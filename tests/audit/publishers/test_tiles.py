"""Tiles in a storage: paths of tlog-tiles, and tiles of another history are not written over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from otpguard.flows.audit.verify_tiles import NoHeadError, verify_tiles
from otpguard.models import Publication, Tenant
from tests import factories
from tests.flows.audit.logging import ONE, TWO, begin
from tests.flows.audit.publishing import publish, storages, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def root(settings: Any, tmp_path: Path) -> Path:
    """Where the tiles of the first tenant lie."""
    begin()
    settings.STORAGES = storages(tmp_path, "tiles")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "tiles"}}
    return tmp_path / "tiles" / "unnamed.invalid" / ONE.hex


def test_a_partial_tile_has_its_width_in_its_name_and_a_full_one_none(root: Path) -> None:
    for number in (2, 255):
        write_and_seal(number)
        publish()
    assert (root / "tile/0/000.p/2").stat().st_size == 64
    assert (root / "tile/0/000").stat().st_size == 8192
    assert (root / "tile/0/001.p/1").stat().st_size == 32
    assert (root / "tile/1/000.p/1").stat().st_size == 32


def test_a_tile_of_another_history_stops_the_heads_behind_it(root: Path) -> None:
    write_and_seal(2)
    (root / "tile/0").mkdir(parents=True)
    (root / "tile/0/000.p").mkdir()
    (root / "tile/0/000.p/2").write_bytes(b"x" * 64)
    assert publish().newer_at == "tiles"
    assert not (root / "checkpoint").exists()
    assert "other bytes" in Publication.objects.get().error


def _lies_in(settings: Any, region: str) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "STORAGE_REGIONS": {"tiles": region}}


def test_tiles_of_data_that_must_lie_elsewhere_are_left_out_until_it_may(
    root: Path, settings: Any
) -> None:
    tenant = factories.tenant("one", pk=ONE, tags=["EU-only"])
    _lies_in(settings, "US")
    write_and_seal(257)  # a full tile, which a later head alone would not bring
    write_and_seal(1, tenant=TWO)
    assert publish().published == {"tiles": 2}
    assert not root.exists()
    assert (root.parent / TWO.hex / "checkpoint").exists(), "of somebody who demands nothing"
    with pytest.raises(NoHeadError):
        verify_tiles(ONE, alias="tiles")
    Tenant.objects.filter(pk=tenant.pk).update(tags=[])
    write_and_seal(3)
    publish()
    assert verify_tiles(ONE, alias="tiles").events == 260, "and those from before come along"
    assert verify_tiles(ONE, alias="tiles").damages == ()


def test_tiles_go_where_the_data_may_lie_and_where_nobody_has_said(
    root: Path, settings: Any
) -> None:
    factories.tenant("one", pk=ONE, tags=["EU-only"])
    write_and_seal(2)
    publish()
    assert (root / "checkpoint").exists()
    _lies_in(settings, "EU")
    write_and_seal(1)
    publish()
    assert verify_tiles(ONE, alias="tiles").events == 3

"""What is written into a bundle, and in what memory."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.utils import timezone

from otpguard.audit.logs import log_of, note_of
from otpguard.core.sealing.tiles import tile_path, tiles_of
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.bundle import Bundled, write_bundle
from otpguard.models import Event, Seal
from tests.flows.audit.logging import NOW, ONE, TWO, begin, seal, seals_of, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sealed() -> None:
    begin()
    for number in (3, 4, 300):
        write(number=number)
        write(TWO)
        seal()


def bundle() -> tuple[Bundled, ZipFile]:
    file = BytesIO()
    made = write_bundle(log_of(ONE), file, now=NOW)
    return made, ZipFile(file)


def test_it_has_the_events_in_order_every_tile_and_the_newest_head() -> None:
    write()
    made, archive = bundle()
    assert (made.events, made.origin) == (307, f"unnamed.invalid/{ONE.hex}")
    rows = Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[:307]
    assert archive.read("events.jsonl").decode() == "".join(f"{row.body}\n" for row in rows)
    assert archive.read("checkpoint").decode() == note_of(seals_of()[-1]).full()
    tiles = {tile_path(*each) for each in tiles_of(307)}
    assert {name for name in archive.namelist() if name.startswith("tile/")} == tiles
    manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["size"], manifest["events"]) == (307, 307)
    assert manifest["made_at"] == NOW.isoformat()


def test_it_has_nothing_of_another_tenant() -> None:
    _, archive = bundle()
    for name in archive.namelist():
        assert TWO.hex.encode() not in archive.read(name)
        assert str(TWO).encode() not in archive.read(name)


def test_it_has_the_first_head_and_the_last_one_of_each_day() -> None:
    write()
    seal()
    old = timezone.now() - timedelta(days=3)
    Seal.objects.filter(log=ONE, size__in=[3, 7]).update(at=old)
    made, archive = bundle()
    names = [name for name in archive.namelist() if name.startswith("heads/")]
    assert names == ["heads/3", "heads/7", "heads/307"]
    assert made.heads == 3


def test_a_log_without_a_seal_has_no_bundle() -> None:
    Seal.objects.all().delete()
    with pytest.raises(InvalidInput):
        bundle()

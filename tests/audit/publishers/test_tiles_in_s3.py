"""Tiles in a real S3 with object lock, through django-storages: they outlive the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.sealing.damage import Damage
from otpguard.flows.audit.publish import publish_heads
from otpguard.flows.audit.verify_tiles import verify_tiles
from otpguard.models import Event, Publication
from tests.flows.audit.logging import ONE, begin
from tests.flows.audit.publishing import publish, storages, write_and_seal

pytest.importorskip("storages")
pytest.importorskip("boto3")

from botocore.client import Config

from tests.ports import free_port
from tests.s3_server import S3Server, s3_server

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.xdist_group("s3"),
]


BUCKET = "tiles"


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    """Nobody may change an object of the tiles for a day."""
    held = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    with s3_server() as running:
        client = running.client()
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        client.put_object_lock_configuration(
            Bucket=BUCKET, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": held}
        )
        yield running


@pytest.fixture
def folder(server: S3Server, settings: Any, tmp_path: Path) -> str:
    """Where the tiles of the first tenant lie: a place of this test alone."""
    begin()
    options = server.options(bucket_name=BUCKET, location=tmp_path.name)
    kept = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**storages(tmp_path), "tiles": kept}
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "tiles"}}
    return f"{tmp_path.name}/unnamed.invalid/{ONE.hex}"


def versions(server: S3Server, name: str) -> list[str]:
    """What there ever was under that name."""
    found = server.client().list_object_versions(Bucket=BUCKET, Prefix=name)
    assert "DeleteMarkers" not in found, "nothing was ever deleted"
    return [each["VersionId"] for each in found.get("Versions", []) if each["Key"] == name]


def test_a_log_is_checked_against_them_as_it_grows(server: S3Server, folder: str) -> None:
    for number, events in ((2, 2), (255, 257)):
        write_and_seal(number)
        assert publish().published == {"tiles": 1 if events == 2 else 2}
        found = verify_tiles(ONE, alias="tiles")
        assert (found.events, found.damages) == (events, ())
    assert len(versions(server, f"{folder}/checkpoint")) == 2
    assert len(versions(server, f"{folder}/tile/0/000")) == 1


@pytest.mark.usefixtures("folder")
def test_an_event_that_an_insider_deletes_is_named() -> None:
    write_and_seal(3)
    publish()
    gone = Event.objects.order_by("pk")[1]
    Event.objects.filter(pk=gone.pk)._raw_delete("default")
    found = verify_tiles(ONE, alias="tiles")
    assert [(each.damage, each.index) for each in found.damages] == [(Damage.REMOVED, 1)]


def test_an_older_version_of_a_tile_is_still_there(server: S3Server, folder: str) -> None:
    write_and_seal(2)
    publish()
    tile = f"{folder}/tile/0/000.p/2"
    (first,) = versions(server, tile)
    client = server.client()
    client.put_object(Bucket=BUCKET, Key=tile, Body=b"x" * 64)
    with pytest.raises(client.exceptions.ClientError):
        client.delete_object(Bucket=BUCKET, Key=tile, VersionId=first)
    assert verify_tiles(ONE, alias="tiles").damages != ()
    kept = client.get_object(Bucket=BUCKET, Key=tile, VersionId=first)["Body"].read()
    assert len(kept) == 64
    assert kept != b"x" * 64


def test_a_bucket_that_is_away_is_told_and_its_tiles_follow(
    server: S3Server, folder: str, settings: Any
) -> None:
    right = settings.STORAGES
    once = Config(retries={"total_max_attempts": 1})
    away = f"http://127.0.0.1:{free_port()}"
    gone = server.options(bucket_name=BUCKET, endpoint_url=away, client_config=once)
    settings.STORAGES = {**right, "tiles": {**right["tiles"], "OPTIONS": gone}}
    write_and_seal(2)
    assert publish_heads(now=timezone.now()).published == {}
    assert Publication.objects.get().error
    settings.STORAGES = right
    assert publish().published == {"tiles": 1}
    assert verify_tiles(ONE, alias="tiles").events == 2

"""Releases in a real S3, through django-storages: whole or not at all, and gone when they end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from otpguard.flows.release.cancel import cancel_release
from otpguard.flows.release.download import BrokenOffError, begin_download
from otpguard.models import Release
from otpguard.releases import storage
from otpguard.releases.encryption import KEY
from tests import factories, releasing
from tests.releasing import CSV, asked_by, jobs, made, ready

pytest.importorskip("storages")
pytest.importorskip("boto3")

from tests.s3_server import BUCKET, S3Server, s3_server

__all__ = ["jobs"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.xdist_group("s3"),
    pytest.mark.usefixtures("jobs", "s3"),
]
MIB = 1024 * 1024


class SourceBrokenError(Exception):
    """What the pieces raise."""


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture
def s3(server: S3Server, jobs: None, settings: Any) -> S3Server:
    """The storage of releases is in S3."""
    backend = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": server.options(file_overwrite=False),
    }
    settings.STORAGES = {**settings.STORAGES, "releases": backend}
    for name in server.names():
        server.client().delete_object(Bucket=BUCKET, Key=name)
    return server


def pieces(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield bytes([number % 256]) * MIB


def breaking(count: int) -> Iterator[bytes]:
    yield from pieces(count)
    raise SourceBrokenError


def test_a_release_is_made_downloaded_and_canceled(s3: S3Server) -> None:
    facts, release = ready()
    assert s3.names() == [release.file]
    stored = s3.client().get_object(Bucket=BUCKET, Key=release.file)["Body"].read()
    assert b"Anna" not in stored
    assert len(stored) > KEY
    assert b"".join(begin_download(facts=facts, release=release).pieces) == CSV
    assert cancel_release(facts=facts, release=release)
    assert s3.names() == []


def test_a_file_of_many_parts_is_read_back_as_it_was_written(s3: S3Server) -> None:
    storage.save("otpguard/large", pieces(30))
    with storage.open_file("otpguard/large") as opened:
        for number in range(30):
            assert opened.read(MIB) == bytes([number]) * MIB
        assert opened.read(1) == b""
    assert (storage.delete("otpguard/large"), s3.names()) == (True, [])


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_source_that_raises_leaves_neither_an_object_nor_an_open_upload(
    s3: S3Server, count: int
) -> None:
    with pytest.raises(SourceBrokenError):
        storage.save("otpguard/half", breaking(count))
    assert (s3.names(), s3.unfinished()) == ([], [])


def test_a_job_that_raises_leaves_nothing_and_waits_for_another_try(s3: S3Server) -> None:
    _, release = asked_by(job="broken")
    assert made(release).state == "queued"
    assert (s3.names(), s3.unfinished()) == ([], [])


def test_a_file_that_somebody_changed_in_the_bucket_is_not_given_out(s3: S3Server) -> None:
    facts, release = ready(job="archive")
    client = s3.client()
    stored = bytearray(client.get_object(Bucket=BUCKET, Key=release.file)["Body"].read())
    stored[200_000] ^= 1
    client.put_object(Bucket=BUCKET, Key=release.file, Body=bytes(stored))
    with pytest.raises(BrokenOffError):
        b"".join(begin_download(facts=facts, release=release).pieces)


def test_nobody_reads_it_without_a_signature_or_with_a_wrong_one(
    s3: S3Server, settings: Any
) -> None:
    """The objects are private; what one would give away is encrypted besides."""
    facts, release = ready()
    backend = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": s3.options(secret_key="another"),
    }
    settings.STORAGES = {**settings.STORAGES, "releases": backend}
    with pytest.raises(storage.StorageAwayError):
        storage.open_file(release.file).read(1)
    assert facts.user


def test_while_it_does_not_answer_a_release_waits_and_a_canceled_one_has_no_key(
    s3: S3Server, settings: Any
) -> None:
    facts, kept = ready()
    away = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": s3.options(endpoint_url="http://127.0.0.1:9"),
    }
    there = settings.STORAGES
    settings.STORAGES = {**there, "releases": away}
    _, release = asked_by()
    assert made(release).state == "queued"
    assert cancel_release(facts=facts, release=kept)
    kept.refresh_from_db()
    assert (bool(kept.key), bool(kept.file)) == (False, True)
    settings.STORAGES = there
    factories.age(kept, ended_at=timezone.now())
    from_bucket = s3.names()
    assert from_bucket == [kept.file]
    Release.objects.filter(pk=release.pk).update(state="queued")
    assert made(release).state == "ready"
    assert storages["releases"].exists(release.file)
    assert releasing.asked

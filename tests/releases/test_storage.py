"""A file is written whole under its own name, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, InMemoryStorage

from otpguard.releases.storage import Pulled, StorageAwayError, delete, open_file, save

NAME = "otpguard/one"


class SourceBrokenError(Exception):
    """What the pieces raise."""


@pytest.fixture(params=["memory", "folder"], autouse=True)
def root(request: Any, settings: Any, tmp_path: Path) -> Path:
    backend = {
        "memory": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "folder": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }[request.param]
    settings.STORAGES = {**settings.STORAGES, "releases": backend}
    return tmp_path


def breaking() -> Iterator[bytes]:
    yield b"a" * 100_000
    raise SourceBrokenError


def test_pieces_are_written_and_read_back() -> None:
    save(NAME, iter([b"a" * 70_000, b"", b"b"]))
    with open_file(NAME) as opened:
        assert opened.read() == b"a" * 70_000 + b"b"
    assert delete(NAME)
    with pytest.raises(StorageAwayError):
        open_file(NAME)


def test_a_source_that_raises_leaves_nothing_and_its_own_exception(root: Path) -> None:
    with pytest.raises(SourceBrokenError):
        save(NAME, breaking())
    with pytest.raises(StorageAwayError):
        open_file(NAME)
    assert [each for each in root.rglob("*") if each.is_file()] == []


def test_a_name_that_is_taken_is_not_written_under_another(root: Path) -> None:
    save(NAME, [b"first"])
    with pytest.raises(StorageAwayError, match="another name"):
        save(NAME, [b"second"])
    with open_file(NAME) as opened:
        assert opened.read() == b"first"
    assert len([each for each in root.rglob("*") if each.is_file()]) <= 1


def test_a_storage_that_is_away_is_told_apart_from_the_source(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError("secret.example refused")

    for method in ("_save", "exists", "delete"):
        monkeypatch.setattr(FileSystemStorage, method, away)
    settings.STORAGES = {
        **settings.STORAGES,
        "releases": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    }
    with pytest.raises(StorageAwayError) as error:
        save(NAME, [b"x"])
    assert "secret.example" not in str(error.value)
    assert not delete(NAME)


def test_deleting_twice_is_no_mistake() -> None:
    assert delete(NAME)
    assert delete("")


def test_a_pulled_file_reads_in_any_sizes_and_does_not_go_back() -> None:
    pulled = Pulled(iter([b"abc", b"def", b"g"]), "x")
    assert pulled.seek(0) == 0
    assert [pulled.read(2), pulled.read(3), pulled.read(), pulled.read(5)] == [
        *(b"ab", b"cde", b"fg"),
        b"",
    ]
    assert pulled.tell() == 7
    with pytest.raises(OSError, match="made while"):
        pulled.seek(0)


class FadingFile(BytesIO):
    """Opens, and cannot be read."""

    def read(self, size: int | None = -1) -> bytes:
        raise RuntimeError("as boto3 does with its own exceptions")


class FadingStorage(InMemoryStorage):
    """Goes away between opening and reading, as S3 may: it fetches a file with the first read."""

    def _open(self, name: str, mode: str = "rb") -> Any:
        return FadingFile()


def test_a_storage_that_goes_away_while_it_is_read_is_told_as_such(settings: Any) -> None:
    fading = {"BACKEND": "tests.releases.test_storage.FadingStorage"}
    settings.STORAGES = {**settings.STORAGES, "releases": fading}
    with open_file(NAME) as opened, pytest.raises(StorageAwayError, match="RuntimeError"):
        opened.read(10)

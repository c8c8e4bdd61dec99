"""Objects are written once: neither renamed nor overwritten."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage

from otpguard.audit.publishers.base import NewerHeadError, PublishError
from otpguard.audit.publishers.stored import (
    open_storage,
    read_object,
    replace_object,
    write_once,
)
from tests.flows.audit.publishing import storages


class Raced(InMemoryStorage):
    """Somebody else writes between the look and the write."""

    other = b""

    def exists(self, name: str) -> bool:
        there = super().exists(name)
        if not there and self.other:
            other, self.other = self.other, b""
            super().save(name, ContentFile(other))
        return there


class KeepsAll(InMemoryStorage):
    """As S3 does: it writes over an object, and here we may not delete."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        with suppress(FileNotFoundError):
            super().delete(name)
        saved: str = super()._save(name, content)
        return saved

    def delete(self, name: str) -> None:
        raise PermissionError(name)


class Away(InMemoryStorage):
    """Cannot be reached."""

    def exists(self, name: str) -> bool:
        raise ConnectionError(name)


def names(storage: InMemoryStorage) -> list[str]:
    return storage.listdir("")[1]


def test_a_new_object_has_just_this_name_and_a_repeat_changes_nothing() -> None:
    storage = InMemoryStorage()
    write_once(storage, "a", b"1")
    write_once(storage, "a", b"1")
    assert (names(storage), read_object(storage, "a")) == (["a"], b"1")


def test_other_bytes_are_never_written_over() -> None:
    storage = InMemoryStorage()
    write_once(storage, "a", b"1")
    with pytest.raises(NewerHeadError, match="other bytes"):
        write_once(storage, "a", b"2")
    assert (names(storage), read_object(storage, "a")) == (["a"], b"1")


def test_a_race_leaves_one_object() -> None:
    storage = Raced()
    storage.other = b"1"
    write_once(storage, "a", b"1")
    assert names(storage) == ["a"]
    storage.other = b"3"
    with pytest.raises(NewerHeadError):
        write_once(storage, "b", b"2")
    assert sorted(names(storage)) == ["a", "b"]


def test_what_is_replaced_keeps_its_name() -> None:
    storage = InMemoryStorage()
    for data in (b"1", b"2", b"2"):
        replace_object(storage, "a", data)
        assert (names(storage), read_object(storage, "a")) == (["a"], data)


def test_to_replace_needs_no_right_to_delete_where_the_storage_writes_over() -> None:
    storage = KeepsAll()
    for data in (b"1", b"2"):
        replace_object(storage, "a", data)
        assert (names(storage), read_object(storage, "a")) == (["a"], data)


def test_a_storage_that_is_away_is_one_kind_of_error() -> None:
    for call in (
        lambda: read_object(Away(), "a"),
        lambda: write_once(Away(), "a", b"1"),
        lambda: replace_object(Away(), "a", b"1"),
    ):
        with pytest.raises(PublishError, match="ConnectionError"):
            call()


def test_an_alias_that_does_not_load_is_told(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = storages(tmp_path, "heads")
    assert open_storage("heads")
    with pytest.raises(PublishError, match='no "tiles"'):
        open_storage("tiles")

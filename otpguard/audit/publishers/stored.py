"""Objects of a Django storage that are written once. No storage of Django's promises that."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from otpguard.audit.publishers.base import NewerHeadError, PublishError

LARGEST = 16 << 20


def open_storage(alias: str) -> Storage:
    """The storage of that alias. Raises PublishError for one that does not load."""
    try:
        found: Storage = storages[alias]
    except Exception as error:
        said = f'STORAGES has no "{alias}" that loads: {type(error).__name__}'
        raise PublishError(said) from error
    return found


def read_object(storage: Storage, name: str) -> bytes | None:
    """The whole object; None if it is not there. Raises PublishError."""
    try:
        if not storage.exists(name):
            return None
        with storage.open(name, "rb") as file:
            return cast("bytes", file.read(LARGEST))
    except FileNotFoundError:
        return None
    except Exception as error:
        raise PublishError(f"{name}: {type(error).__name__}") from error


def write_once(storage: Storage, name: str, data: bytes) -> None:
    """Make an object of just this name; one that is there with the same bytes is good as well.

    File storages save under another name where one is there, and S3 writes over it, so both are
    asked. Raises NewerHeadError where other bytes are there, and PublishError.
    """
    there = read_object(storage, name)
    if there is None:
        if _took(storage, name, data):
            return
        there = read_object(storage, name)  # somebody was quicker
    if there != data:
        raise NewerHeadError(f"the storage has other bytes at {name}")


def replace_object(storage: Storage, name: str, data: bytes) -> None:
    """Put these bytes in the place of what was there. Raises PublishError.

    A storage that writes over an object, as S3 does, needs no right to delete. From another one the
    object is deleted first, and a reader may find nothing for a moment.
    """
    if read_object(storage, name) == data:
        return
    if _took(storage, name, data):
        return
    try:
        storage.delete(name)
    except Exception as error:
        raise PublishError(f"{name}: {type(error).__name__}") from error
    if not _took(storage, name, data):
        raise PublishError(f"{name}: the storage chose another name")


def _took(storage: Storage, name: str, data: bytes) -> bool:
    """Whether the storage saved them under just this name; under another one nothing is left."""
    kept = _save(storage, name, data)
    if kept == name:
        return True
    with suppress(Exception):
        storage.delete(kept)
    return False


def _save(storage: Storage, name: str, data: bytes) -> str:
    try:
        return storage.save(name, ContentFile(data, name))
    except Exception as error:
        raise PublishError(f"{name}: {type(error).__name__}") from error

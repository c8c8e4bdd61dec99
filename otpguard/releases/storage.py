"""The files of releases, in a storage of Django's: written as they come, deleted for good.

A file that is being written is pulled by the storage, never pushed: so a job that raises makes the
storage's own upload fail, and S3 completes no half one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Any, Self

from django.core.files.base import File
from django.core.files.storage import Storage, storages

from otpguard.conf import settings

logger = logging.getLogger("otpguard.releases")


class StorageAwayError(Exception):
    """The storage cannot be reached, or does not keep what it is given."""


class Pulled(File):  # type: ignore[type-arg]  # not so at run time
    """A file that is made while it is read. `fault` is what its source raised."""

    def __init__(self, pieces: Iterable[bytes], name: str) -> None:
        super().__init__(None, name)
        self._pieces = iter(pieces)
        self._waiting = bytearray()
        self._position = 0
        self.fault: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes, fewer only at the end; all that remain without a size."""
        while size < 0 or len(self._waiting) < size:
            piece = self._pulled()
            if piece is None:
                break
            self._waiting += piece
        found = bytes(self._waiting if size < 0 else self._waiting[:size])
        del self._waiting[: len(found)]
        self._position += len(found)
        return found

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # noqa: ARG002 (Django's)
        """The pieces as they come."""
        while (piece := self._pulled()) is not None:
            self._position += len(piece)
            yield piece

    def _pulled(self) -> bytes | None:
        try:
            return next(self._pieces, None)
        except Exception as error:
            self.fault = error
            raise

    def seekable(self) -> bool:
        """False: what was read is gone."""
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        """Storages rewind before they begin; nothing else is possible. Raises OSError."""
        if (offset, whence, self._position) != (0, 0, 0):
            raise OSError("this file is made while it is read")
        return 0

    def tell(self) -> int:
        """How much was read."""
        return self._position

    def multiple_chunks(self, chunk_size: int | None = None) -> bool:  # noqa: ARG002 (Django's)
        """True: its size is not known."""
        return True

    def close(self) -> None:
        """Nothing is open."""


def storage() -> Storage:
    """The storage that the setting names. Raises InvalidStorageError for an unknown alias."""
    found: Storage = storages[settings().releases.storage]
    return found


def has_storage() -> bool:
    """Whether the project has a storage for files of releases."""
    return settings().releases.storage in storages.backends


def save(name: str, pieces: Iterable[bytes]) -> None:
    """Write a new file under just this name, as its pieces come.

    Whatever goes wrong, nothing stays under the name. Raises what `pieces` raises, else
    StorageAwayError.
    """
    content = Pulled(pieces, name)
    try:
        kept = storage().save(name, content)
    except Exception as error:
        delete(name)
        if content.fault is not None:
            raise content.fault from None
        raise StorageAwayError(type(error).__name__) from error
    if kept != name:
        delete(kept)
        raise StorageAwayError("the storage chose another name")


class StoredFile:
    """A file that is read. A storage may fetch it with its first read, so that one can fail too."""

    def __init__(self, file: IO[Any]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes. Raises StorageAwayError."""
        try:
            return bytes(self._file.read(size))
        except Exception as error:
            raise StorageAwayError(type(error).__name__) from error

    def close(self) -> None:
        """Let it go."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def open_file(name: str) -> StoredFile:
    """A file, for reading in binary. Raises StorageAwayError, also when it is not there."""
    try:
        return StoredFile(storage().open(name, "rb"))
    except Exception as error:
        raise StorageAwayError(type(error).__name__) from error


def delete(name: str) -> bool:
    """Delete a file; True once it is not there. False, and a line in the log, if it may be."""
    if not name:
        return True
    try:
        with suppress(FileNotFoundError):
            storage().delete(name)
        return not storage().exists(name)
    except Exception:  # noqa: BLE001 (whatever a storage raises; the sweep tries again)
        logger.warning("a file of a release could not be deleted; the sweep tries again")
        return False

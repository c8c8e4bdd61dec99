"""What files tell of an IP address: `maxminddb` readers, opened once and again when a file changes.

Each process maps a copy of its own, for a file that is overwritten in place under a memory map ends
the process. What cannot be read makes the answer UNKNOWN and never stops a request; the system
checks and the doctor say which file it is.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.pumping.attempt import NetworkFacts, NetworkKind
from otpguard.core.pumping.network import facts_of, is_known_kind

logger = logging.getLogger("otpguard.network")

_SAMPLE = 200
"""Records that are looked at to tell what kind of file it is."""

_Stamp = tuple[int, int, int]


class NetworkFileError(Exception):
    """A file cannot be used. The message says why, and names the file."""


@dataclass(slots=True)
class NetworkFile:
    """One file. Safe to use from many threads."""

    path: str
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _stamp: _Stamp | None = None
    _reader: Any = None
    _seen: bool = False
    _fault: str = ""

    def record(self, client_ip: str) -> object:
        """What the file says of an IP address, None if it does not know it. Raises NetworkFileError
        if it has never been readable, or is damaged there."""
        reader = self._current()
        try:
            return reader.get(client_ip)
        except ValueError:  # IPv6 in a file of IPv4 alone
            return None
        except Exception as error:  # damage shows itself in many ways
            raise NetworkFileError(f"{self.path} is damaged: {_said(error)}") from error

    def built_at(self) -> datetime:
        """When its data was made. Raises NetworkFileError."""
        return datetime.fromtimestamp(self._current().metadata().build_epoch, UTC)

    def _current(self) -> Any:  # noqa: ANN401 (maxminddb is optional)
        stamp = _stamp_of(self.path)
        if not self._seen or stamp != self._stamp:
            with self._lock:
                if not self._seen or stamp != self._stamp:
                    self._read_again()
                    self._stamp, self._seen = stamp, True
        reader = self._reader
        if reader is None:
            raise NetworkFileError(self._fault)
        return reader

    def _read_again(self) -> None:
        """Take the file as it is now. One that went bad leaves the last good reader in its place:
        its data is old, and better than none."""
        try:
            self._reader = open_file(self.path)
        except NetworkFileError as error:
            self._fault = str(error)
            logger.error("network file: %s", error)  # noqa: TRY400 (a trace says no more)


@dataclass(frozen=True, slots=True)
class NetworkData:
    """All files of the setting, in their order."""

    files: tuple[NetworkFile, ...]

    def facts_of(self, client_ip: str) -> NetworkFacts:
        """What the files tell together: OFF without any, UNKNOWN for an IP address that none of
        them knows or that is empty. Raises nothing."""
        if not self.files:
            return NetworkFacts(kind=NetworkKind.OFF)
        if not client_ip:
            return NetworkFacts(kind=NetworkKind.UNKNOWN)
        found: list[object] = []
        complete = True
        for file in self.files:
            try:
                found.append(file.record(client_ip))
            except NetworkFileError:
                complete = False
        return facts_of(found, complete=complete)


def network_data() -> NetworkData:
    """The files that the settings name, as this process has them. Opens none before it is asked
    about an IP address."""
    return _data()


def is_installed() -> bool:
    """Whether the package that reads the files is there."""
    return find_spec("maxminddb") is not None


def open_file(path: str) -> Any:  # noqa: ANN401 (maxminddb is optional)
    """A reader of a file as it is now, whatever becomes of it. Raises NetworkFileError if it is
    missing, no database, or has no field that we read."""
    if not is_installed():
        raise NetworkFileError(f"{path}: install otpguard[network] to read it")
    maxminddb = import_module("maxminddb")
    try:
        reader = _open_copy(maxminddb, path)
        known = any(is_known_kind(record) for record in islice(_records(reader), _SAMPLE))
        kind = str(reader.metadata().database_type)
    except OSError as error:
        raise NetworkFileError(f"{path}: {error.strerror or 'it cannot be opened'}") from error
    except Exception as error:  # damage shows itself in many ways
        raise NetworkFileError(f"{path} is not a whole database: {_said(error)}") from error
    if not known:
        raise NetworkFileError(f"{path} has no ASN, country or flags: it is a {kind}")
    return reader


def _open_copy(maxminddb: Any, path: str) -> Any:  # noqa: ANN401 (see above)
    with tempfile.TemporaryDirectory(prefix="otpguard-", ignore_cleanup_errors=True) as folder:
        # Its name is gone at once; the map keeps it until the reader is dropped.
        return maxminddb.open_database(shutil.copyfile(path, Path(folder) / "network.mmdb"))


def _records(reader: Any) -> Iterator[object]:  # noqa: ANN401 (see above)
    return (record for _network, record in reader)


def _stamp_of(path: str) -> _Stamp | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


@lru_cache(maxsize=1)
def _data() -> NetworkData:
    return NetworkData(tuple(NetworkFile(path) for path in settings().network_files))


forget_on_change(_data)

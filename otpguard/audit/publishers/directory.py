"""Heads as files of a directory, which lies on another machine's disk, or on one that only adds."""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from tempfile import NamedTemporaryFile

from otpguard.audit.logs import heads_origin
from otpguard.audit.publishers.base import AT_ONCE, NewerHeadError, PublishError
from otpguard.core.sealing.note import SignedNote
from otpguard.models import Seal

DIGITS = 20
"""So names sort like sizes."""


class HeadDirectory:
    """One file a head, in a directory a day; a file that is there is never written again."""

    every = AT_ONCE

    def __init__(self, directory: str) -> None:
        self._root = Path(directory)

    def publish(self, seal: Seal, note: SignedNote, last: int) -> str:  # noqa: ARG002 (the protocol's)
        """Write the file and see to it that it is on the disk."""
        day = seal.at.astimezone(UTC).date().isoformat()
        place = self._root / heads_origin(seal.generation) / day
        file, text = place / f"{seal.size:0{DIGITS}}", note.full()
        try:
            place.mkdir(parents=True, exist_ok=True)
            if not _write_once(file, text):
                other = file.read_text(encoding="utf-8", errors="replace")
                raise NewerHeadError(f"another head of {seal.size} is in the directory", other)
        except OSError as error:
            raise PublishError(f"{type(error).__name__}: {error.strerror}") from None
        return text

    def newest(self) -> str:
        """The last file of the last day."""
        try:
            found = _last(self._root / heads_origin())
            return found.read_text(encoding="utf-8") if found is not None else ""
        except (OSError, UnicodeDecodeError) as error:
            raise PublishError(type(error).__name__) from None


def _last(place: Path) -> Path | None:
    if not place.is_dir():
        return None
    for day in sorted((each for each in place.iterdir() if each.is_dir()), reverse=True):
        names = [each.name for each in day.iterdir() if each.name.isdecimal()]
        if names:
            return day / max(names)
    return None


def _write_once(file: Path, text: str) -> bool:
    """Whether the file now has the text. It appears as a whole, under its name, or not at all."""
    with NamedTemporaryFile(dir=file.parent, prefix=".", delete=True) as draft:
        draft.write(text.encode())
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, file)
        except FileExistsError:
            return file.read_bytes() == text.encode()
    for place in (file.parent, file.parent.parent):
        _flush_directory(place)
    return True


def _flush_directory(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Which references were erased, outside the database: what a restored backup has to be told.

ERASURE_JOURNAL is a file, to which a line is added, or "storage:<alias>" of Django's STORAGES with
a file for each erasure. It names references alone, which lead to no person any more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from otpguard.conf import settings

STORAGE = "storage:"
FOLDER = "otpguard-erased"


class JournalError(OSError):
    """The journal cannot be written or read, so no one is erased."""


def add_erased(refs: Sequence[UUID], *, at: datetime) -> None:
    """Add references, and return once they are stored. Nothing without a journal.

    Raises JournalError.
    """
    place = settings().erasure_journal
    if not place or not refs:
        return
    line = json.dumps({"at": at.isoformat(), "refs": [str(ref) for ref in refs]}) + "\n"
    try:
        if place.startswith(STORAGE):
            name = f"{FOLDER}/{refs[0]}.json"
            storages[place.removeprefix(STORAGE)].save(name, ContentFile(line.encode()))
            return
        with open(place, "a", encoding="utf-8") as file:  # noqa: PTH123 (the mode appends)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except Exception as wrong:
        # A storage may raise anything.
        raise JournalError(f"the journal of erasures cannot be written: {wrong}") from wrong


def erased_refs() -> set[UUID]:
    """All references that the journal names. Raises JournalError, also without a journal."""
    place = settings().erasure_journal
    if not place:
        raise JournalError("ERASURE_JOURNAL is not set")
    try:
        return {UUID(ref) for line in _lines(place) for ref in json.loads(line)["refs"]}
    except Exception as wrong:
        raise JournalError(f"the journal of erasures cannot be read: {wrong}") from wrong


def _lines(place: str) -> Iterator[str]:
    if not place.startswith(STORAGE):
        with open(place, encoding="utf-8") as file:  # noqa: PTH123 (as above)
            yield from (line for line in file if line.strip())
        return
    storage = storages[place.removeprefix(STORAGE)]
    for name in storage.listdir(FOLDER)[1]:
        with storage.open(f"{FOLDER}/{name}") as file:
            yield file.read().decode()

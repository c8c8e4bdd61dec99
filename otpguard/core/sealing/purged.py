"""What tells that the beginning of a log was deleted: an event of the same log, sealed later.

Plain Python: the program for auditors reads it too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from otpguard.core.sealing.tree import HASH_BYTES

KIND: Final = "retention.purged"
FLOOR: Final = timedelta(days=365)
"""No event is deleted that was sealed a shorter time ago."""
MOST_YEARS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """All events below the index `below` were deleted, in which the log had the root `root`. They
    were sealed before `before`, which is `years` before `at`."""

    below: int
    before: datetime
    years: int
    root: bytes
    at: datetime

    def said(self) -> str:
        """In words, for people who check a log."""
        count = f"the first {self.below} events"
        return f"{count} were purged: sealed before {self.before:%Y-%m-%d} ({self.years} years)"

    def is_due(self, sealed_at: datetime) -> bool:
        """Whether events that were sealed at that time could be deleted."""
        return sealed_at + FLOOR <= self.at and sealed_at < self.before


def purged_by(body: bytes | str) -> Purged | None:
    """What the body of such an event says. None for another event, and for one that is broken."""
    try:
        found = json.loads(body)
        if found["kind"] != KIND:
            return None
        data = found["data"]
        purged = Purged(
            below=data["below"],
            before=datetime.fromisoformat(data["before"]),
            years=data["years"],
            root=bytes.fromhex(data["root"]),
            at=datetime.fromisoformat(found["at"]),
        )
        is_whole = purged.below > 0 and 0 < purged.years <= MOST_YEARS
        if not is_whole or purged.before > purged.at or len(purged.root) != HASH_BYTES:
            return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return purged

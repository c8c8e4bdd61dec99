"""Whether the log itself says that the first events of a bundle were deleted, and could be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.core.sealing.purged import KIND, Purged, purged_by
from otpguard.core.sealing.tree import leaf_hash

AHEAD = timedelta(hours=1)
"""How much later than the head that covers it an event may say it is."""
_KIND = f'"{KIND}"'.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeClaim:
    """An event that tells of the purge, and its hash."""

    purged: Purged
    leaf: bytes

    def holds(self, index: int | None, moments: Sequence[tuple[int, datetime]]) -> bool:
        """Whether it stands in the log at `index`, behind what it speaks of, and all of that was
        sealed long enough before. `moments` are sizes of heads and when each was made, in order."""
        below = self.purged.below
        ends = [at for size, at in moments if size == below]
        if index is None or index < below or not ends:
            return False
        told = next((at for size, at in moments if size > index), None)
        in_time = told is not None and self.purged.at <= told + AHEAD
        return in_time and self.purged.is_due(max(ends))


def claim_of(lines: Iterable[bytes], first: int) -> PurgeClaim | None:
    """The newest event that says that all below the index `first` was deleted."""
    found = None
    for line in lines:
        if _KIND not in line:
            continue
        purged = purged_by(line)
        if purged is not None and purged.below == first:
            found = PurgeClaim(purged=purged, leaf=leaf_hash(line))
    return found

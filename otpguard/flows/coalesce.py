"""Count repeats instead of writing each one, so the log cannot be flooded (A11).

The first of a kind is written at once. Repeats within a minute are counted in this process, and the
next one that is written carries the count. If a process ends, its last count is lost.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from otpguard.core.clock import is_in_window

WINDOW = timedelta(seconds=60)
KINDS = 4096


@dataclass(slots=True)
class _Seen:
    written_at: datetime
    story: str
    repeats: int = 0


class Coalescer:
    """Remembers what was written recently. Safe to use from several threads."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, _Seen] = OrderedDict()
        self._lock = Lock()

    def count(self, kind: Hashable, *, story: str, now: datetime) -> tuple[str, int]:
        """Count one more of `kind`; returns its story and the count to write (0: do not write).

        Repeats belong to the story of the first one, so the events that follow can be found from
        it.
        """
        with self._lock:
            seen = self._seen.get(kind)
            if seen is not None and is_in_window(seen.written_at, now, WINDOW):
                seen.repeats += 1
                return seen.story, 0
            count = 1 + (seen.repeats if seen else 0)
            self._seen[kind] = _Seen(written_at=now, story=story)
            self._seen.move_to_end(kind)
            while len(self._seen) > KINDS:
                self._seen.popitem(last=False)
            return story, count

    def forget(self, kind: Hashable) -> None:
        """Forget one kind: its next event starts a new story."""
        with self._lock:
            self._seen.pop(kind, None)

    def clear(self) -> None:
        """Forget everything; for tests."""
        with self._lock:
            self._seen.clear()

"""Count repeats instead of writing each one, so that nobody can flood the log (A11).

The first of a kind is written at once; repeats within a minute are counted in this process and
the count rides on the next one that is written. A process that ends takes its last count along.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

WINDOW = timedelta(seconds=60)
KINDS = 4096


@dataclass(slots=True)
class _Seen:
    written_at: datetime
    story: str
    repeats: int = 0


class Coalescer:
    """Remembers what was written lately. Safe to use from several threads."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, _Seen] = OrderedDict()
        self._lock = Lock()

    def note(self, kind: Hashable, *, story: str, now: datetime) -> tuple[str, int]:
        """Note one more of `kind`; returns its story and the count to write, 0 for "do not".

        Repeats belong to the story of the first, so that what follows can be found from it.
        """
        with self._lock:
            seen = self._seen.get(kind)
            if seen is not None and now - seen.written_at < WINDOW:
                seen.repeats += 1
                return seen.story, 0
            count = 1 + (seen.repeats if seen else 0)
            self._seen[kind] = _Seen(written_at=now, story=story)
            self._seen.move_to_end(kind)
            while len(self._seen) > KINDS:
                self._seen.popitem(last=False)
            return story, count

    def forget(self, kind: Hashable) -> None:
        """The matter is settled: the next of this kind starts a story of its own."""
        with self._lock:
            self._seen.pop(kind, None)

    def clear(self) -> None:
        """Forget everything; for tests."""
        with self._lock:
            self._seen.clear()

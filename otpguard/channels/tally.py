"""Good sends, counted in the process and written now and then.

Thousands of successes would all update the one row of their route, and each would wait for the
commit of the one before. Failures are never kept back: whoever notes one writes the successes of
this process before it, so that their share is right.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from otpguard.core.breaker import WINDOW

EVERY = timedelta(seconds=1)
"""How long successes may be kept back."""


@dataclass(slots=True)
class _Kept:
    written_at: datetime
    count: int = 0


class Tally:
    """Counts of successes by route, shared by the threads of a process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[Hashable, _Kept] = {}

    def add(self, route: Hashable, now: datetime) -> int:
        """Count one; returns how many are to be written now. The first one always is."""
        with self._lock:
            kept = self._kept.setdefault(route, _Kept(written_at=now - EVERY))
            self._drop_old(kept, now)
            kept.count += 1
            if now - kept.written_at < EVERY:
                return 0
            return self._take(kept, now)

    def take(self, route: Hashable, now: datetime) -> int:
        """What was kept back, which the caller writes."""
        with self._lock:
            kept = self._kept.get(route)
            if kept is None:
                return 0
            self._drop_old(kept, now)
            return self._take(kept, now)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    @staticmethod
    def _drop_old(kept: _Kept, now: datetime) -> None:
        # They were kept back within EVERY of the last writing: no window of now has them.
        if now - kept.written_at > WINDOW:
            kept.count = 0

    @staticmethod
    def _take(kept: _Kept, now: datetime) -> int:
        count, kept.count = kept.count, 0
        kept.written_at = now
        return count

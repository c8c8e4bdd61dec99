"""Good sends, counted in the process and written now and then.

Thousands of successes would all update the one row of their route, and each would wait for the
commit of the one before. Failures are never kept back: before one is written, the
successes of this process are, so that their share is right.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from otpguard.core.breaker import WINDOW
from otpguard.core.clock import age_is_within, is_in_window

EVERY = timedelta(seconds=1)
"""How long successes may be kept back."""


@dataclass(slots=True)
class _Kept:
    written_at: datetime
    count: int = 0


class SuccessCounter:
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
            if is_in_window(kept.written_at, now, EVERY):
                return 0
            return self._take_count(kept, now)

    def drain(self, route: Hashable, now: datetime) -> int:
        """What was kept back, which the caller writes."""
        with self._lock:
            kept = self._kept.get(route)
            if kept is None:
                return 0
            self._drop_old(kept, now)
            return self._take_count(kept, now)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    @staticmethod
    def _drop_old(kept: _Kept, now: datetime) -> None:
        # They were kept back within EVERY of the last writing: no window of now has them.
        if not age_is_within(kept.written_at, now, WINDOW):
            kept.count = 0

    @staticmethod
    def _take_count(kept: _Kept, now: datetime) -> int:
        count, kept.count = kept.count, 0
        kept.written_at = now
        return count

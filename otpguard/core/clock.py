"""One rule for every age: clocks of servers differ a little, and are put right after running ahead.

A time in the future beyond the skew is not "young". It was written by a clock that was wrong, so
whatever it would keep fresh, open, silent or paused is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

CLOCK_SKEW = timedelta(seconds=2)
"""How far the clocks of two servers may differ. NTP keeps servers within a tenth of a second."""


def age_is_within(then: datetime, now: datetime, limit: timedelta) -> bool:
    """True if `then` is at most `limit` ago, and not further in the future than CLOCK_SKEW."""
    return -CLOCK_SKEW <= now - then <= limit


def is_in_window(began_at: datetime, now: datetime, length: timedelta) -> bool:
    """True while a window of that length runs; its end is the beginning of the next one."""
    return -CLOCK_SKEW <= now - began_at < length


def is_ahead(then: datetime, now: datetime) -> bool:
    """True for a time that only a clock running ahead can have written."""
    return then > now + CLOCK_SKEW


def is_running(until: datetime | None, now: datetime, longest: timedelta) -> bool:
    """True while a wait runs that was set to end at `until` and lasts `longest` at most.

    An end later than that was computed by a clock that ran ahead, so the wait counts as over.
    """
    return until is not None and now < until and not is_ahead(until, now + longest)

"""When a route that fails is left alone, and when it is tried again. Pure: states and counts.

A breaker opens on its error rate, on its latency, or at once on what no second try would mend. It
rests, longer each time, and then lets one message through on trial: that one closes or opens it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(seconds=60)
LEAST_TRIES = 20
"""So many tries must be in the window before its share of failures says anything."""

SLOW_AFTER = timedelta(seconds=5)
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=10)
TRIAL = timedelta(seconds=60)
"""How long a trial may stay without a word: its worker is dead then, and another one may try."""


class BreakerState(StrEnum):
    """CLOSED lets through, OPEN nothing, HALF_OPEN one try at a time."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The breaker of one route. Counts are of the window that began at `window_at`.

    `open_until` ends the rest of an open breaker, and the trial of a half-open one. `openings`
    counts how often it opened since it last closed.
    """

    window_at: datetime
    state: BreakerState = BreakerState.CLOSED
    tries: int = 0
    failures: int = 0
    slow: int = 0
    openings: int = 0
    open_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one try says about the route. `fatal` is what every next message would meet as well."""

    failed: bool = False
    slow: bool = False
    fatal: bool = False


def rests(health: Health, now: datetime) -> bool:
    """True while nothing may be sent: a rest that is not over, or a trial under way."""
    if health.state is BreakerState.CLOSED:
        return False
    return health.open_until is None or health.open_until > now


def rest_for(openings: int) -> timedelta:
    """How long the rest of the nth opening lasts: doubling from FIRST_REST up to LONGEST_REST."""
    doublings = min(max(openings, 1) - 1, 16)
    return min(FIRST_REST * (1 << doublings), LONGEST_REST)


def opened(health: Health, now: datetime) -> Health:
    """The breaker as it opens now, for longer than the last time."""
    openings = health.openings + 1
    return replace(
        _fresh(health, now),
        state=BreakerState.OPEN,
        openings=openings,
        open_until=now + rest_for(openings),
    )


def closed(health: Health, now: datetime) -> Health:
    """The breaker as it closes now, with its past forgotten."""
    return replace(_fresh(health, now), state=BreakerState.CLOSED, openings=0, open_until=None)


def after(health: Health, tried: Tried, now: datetime) -> Health:
    """The breaker after one try.

    What comes back while it rests was sent before that, and changes nothing.
    """
    match health.state:
        case BreakerState.OPEN:
            return health
        case BreakerState.HALF_OPEN:
            return opened(health, now) if tried.failed or tried.slow else closed(health, now)
        case BreakerState.CLOSED:
            counted = _counted(health, tried, now)
            return opened(counted, now) if tried.fatal or _is_bad(counted) else counted


def succeeded(health: Health, count: int, now: datetime) -> Health:
    """The breaker after so many good tries, which decide nothing; one that is not closed stays."""
    if health.state is not BreakerState.CLOSED or not count:
        return health
    base = _in_window(health, now)
    return replace(base, tries=base.tries + count)


def _counted(health: Health, tried: Tried, now: datetime) -> Health:
    base = _in_window(health, now)
    return replace(
        base,
        tries=base.tries + 1,
        failures=base.failures + tried.failed,
        slow=base.slow + tried.slow,
    )


def _in_window(health: Health, now: datetime) -> Health:
    return health if now < health.window_at + WINDOW else _fresh(health, now)


def _is_bad(health: Health) -> bool:
    worst = max(health.failures, health.slow)
    return health.tries >= LEAST_TRIES and 2 * worst >= health.tries


def _fresh(health: Health, now: datetime) -> Health:
    return replace(health, window_at=now, tries=0, failures=0, slow=0)

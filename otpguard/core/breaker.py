"""When a route that fails is paused, and when it is tried again. Pure: states and counts.

A breaker pauses its route on its error rate, on its latency, or at once on a failure that no second
try would mend. Each pause is longer than the one before. Then one message goes out on trial: it
resumes the route or pauses it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from otpguard.core.clock import is_in_window, is_running
from otpguard.core.outcome import FailureScope, Outcome, Unavailable

WINDOW = timedelta(seconds=60)
LEAST_TRIES = 20
"""Below this number of tries in a window, the share of failures means nothing."""

SLOW_AFTER = timedelta(seconds=5)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_TRIAL = timedelta(seconds=60)
"""How long a trial may stay without a result: after that its worker counts as dead."""


class BreakerState(StrEnum):
    """IN_USE lets every message through, PAUSED none, ON_TRIAL one at a time."""

    IN_USE = "in_use"
    PAUSED = "paused"
    ON_TRIAL = "on_trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The breaker of one route. Counts are of the window that began at `window_at`.

    `paused_until` is the end of the pause, or of the trial that follows it. `pauses` counts the
    pauses since the route was last in use.
    """

    window_at: datetime
    state: BreakerState = BreakerState.IN_USE
    tries: int = 0
    failures: int = 0
    slow: int = 0
    pauses: int = 0
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What one try says about the route. `fatal` is what every next message would meet as well.

    `everywhere` is false for trouble of one country or sender: it pauses no other country, and to
    the route as a whole it is a vendor that works.
    """

    failed: bool = False
    slow: bool = False
    fatal: bool = False
    everywhere: bool = True


def tried_by(outcome: Outcome, *, slow: bool) -> Tried | None:
    """What the outcome of a try says about its route; None when that is nothing.

    A failure that we only suppose, or that concerns one number, never helps to pause a route, nor
    does it resume one.
    """
    if not isinstance(outcome, Unavailable):
        return Tried(slow=slow)
    if not outcome.counts_against_route:
        return Tried(slow=True) if slow else None
    return Tried(
        failed=True,
        slow=slow,
        fatal=outcome.pauses_route,
        everywhere=outcome.scope is FailureScope.ACCOUNT,
    )


def is_paused(health: Health, now: datetime) -> bool:
    """True while nothing may be sent: a pause that is not over, or a trial under way."""
    if health.state is BreakerState.IN_USE:
        return False
    return health.paused_until is None or is_running(health.paused_until, now, LONGEST_PAUSE)


def pause_for(pauses: int) -> timedelta:
    """How long the nth pause in a row lasts: doubling from FIRST_PAUSE up to LONGEST_PAUSE."""
    doublings = min(max(pauses, 1) - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def paused(health: Health, now: datetime) -> Health:
    """The breaker with its route paused from now on, for longer than the last time."""
    pauses = health.pauses + 1
    return replace(
        _fresh(health, now),
        state=BreakerState.PAUSED,
        pauses=pauses,
        paused_until=now + pause_for(pauses),
    )


def resumed(health: Health, now: datetime) -> Health:
    """The breaker with its route in use from now on, its past forgotten."""
    return replace(_fresh(health, now), state=BreakerState.IN_USE, pauses=0, paused_until=None)


def after(health: Health, tried: Tried, now: datetime) -> Health:
    """The breaker after one try.

    A result that arrives during a pause belongs to an earlier send, and changes nothing.
    """
    match health.state:
        case BreakerState.PAUSED:
            return health
        case BreakerState.ON_TRIAL:
            return paused(health, now) if tried.failed or tried.slow else resumed(health, now)
        case BreakerState.IN_USE:
            counted = _counted(health, tried, now)
            return paused(counted, now) if tried.fatal or _is_bad(counted) else counted


def succeeded(health: Health, count: int, now: datetime) -> Health:
    """The breaker after so many good tries, which decide nothing unless its route is in use."""
    if health.state is not BreakerState.IN_USE or not count:
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
    return health if is_in_window(health.window_at, now, WINDOW) else _fresh(health, now)


def _is_bad(health: Health) -> bool:
    worst = max(health.failures, health.slow)
    return health.tries >= LEAST_TRIES and 2 * worst >= health.tries


def _fresh(health: Health, now: datetime) -> Health:
    return replace(health, window_at=now, tries=0, failures=0, slow=0)

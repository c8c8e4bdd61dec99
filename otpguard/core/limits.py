"""Numbers that bound guessing and sending: waits, ceilings, lanes and caps.

Failures are counted per factor and *lane* (attack A4). The known-device lane belongs to browsers
that have proven the factor before; everyone else shares the open lane. A success resets its own
lane only, the open lane not even then: it decays. Both ceilings together stay within the 100
failures after which NIST SP 800-63B-4, 3.2.2, has an authenticator disabled, so an attacker in the
open lane cannot lock the owner out of a device the factor knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from otpguard.core.address import counted


class Lane(StrEnum):
    """Which count a failure goes to."""

    KNOWN = "known"
    OPEN = "open"


CEILING: dict[Lane, int] = {Lane.KNOWN: 20, Lane.OPEN: 80}
FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
DECAY = timedelta(days=1)
"""The open lane forgets one failure in each such span without a new one."""


def wait_after(failures: int) -> timedelta:
    """The wait after the n-th failure of a lane: none at first, then 30 s doubling to 1 h."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_closed(lane: Lane, failures: int) -> bool:
    """True when the lane has reached its ceiling and takes no more answers until re-binding."""
    return failures >= CEILING[lane]


def decayed(lane: Lane, failures: int, *, last_failure: datetime, now: datetime) -> int:
    """The failures that still count now. The ceiling, once reached, does not decay."""
    if lane is Lane.KNOWN or is_closed(lane, failures):
        return failures
    return max(0, failures - max(0, (now - last_failure) // DECAY))


def after_success(lane: Lane, failures: int) -> int:
    """The count after a right answer: the known lane starts anew, the open lane keeps its own."""
    return 0 if lane is Lane.KNOWN else failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `limit` uses of one key within a rolling `window`."""

    name: str
    key: str
    limit: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """All caps had room; each was charged once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """`cap` was full; nothing was charged. It has room again after `retry_after`."""

    cap: str
    retry_after: timedelta


# --- caps of a start ---------------------------------------------------------------------------

YOUNG_TENANT = timedelta(days=30)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def caps_for_start(
    *,
    sid: str,
    user: str,
    address: str,
    factor: str,
    lane: Lane,
    phone_index: str,
    confirmed: bool,
    strict: bool,
) -> tuple[Cap, ...]:
    """The caps that one start is charged to, all or none.

    They count challenges that were not proven: a verified one is refunded (C19). A number that
    nobody has confirmed yet gets the seeds' 3 a day and 10 an hour from one address. A person's
    own confirmed factor has wider caps, for a whole office may share an address; they are narrowed
    while the tenant is `strict` (younger than 30 days, no usage signal). The factor's cap is one
    for each lane, so that nobody elsewhere uses up the owner's. Without a `phone_index` nothing is
    sent, so an enrollment is bounded per person only.
    """
    caps = [Cap(name="session", key=sid, limit=20, window=_HOUR)]
    if address:
        limit = 60 if confirmed and not strict else 10
        caps.append(Cap(name="address", key=counted(address), limit=limit, window=_HOUR))
    if confirmed:
        limit = 5 if strict else 10
        caps.append(Cap(name="factor", key=f"{factor} {lane}", limit=limit, window=_DAY))
    elif phone_index:
        caps.append(Cap(name="number", key=phone_index, limit=3, window=_DAY))
        caps.append(Cap(name="enrollment", key=user, limit=6, window=_DAY))
    else:
        caps.append(Cap(name="binding", key=user, limit=20, window=_DAY))
    return tuple(caps)

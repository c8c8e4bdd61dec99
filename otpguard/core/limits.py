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

from otpguard.core.client_ip import network_of
from otpguard.core.fallback import PAID


class Lane(StrEnum):
    """Which count a failure goes to."""

    KNOWN = "known"
    OPEN = "open"


CEILING: dict[Lane, int] = {Lane.KNOWN: 20, Lane.OPEN: 80}
FREE_FAILURES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
DECAY = timedelta(days=1)
"""The open lane forgets one failure for each such period without a new one."""


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
    """The count after a right answer: the known lane starts at 0, the open one keeps its own."""
    return 0 if lane is Lane.KNOWN else failures


class CapName(StrEnum):
    """What a cap counts by."""

    SESSION = "session"
    BROWSER = "browser"
    IP = "ip"
    FACTOR = "factor"
    NUMBER = "number"
    ENROLLMENT = "enrollment"
    UNREADABLE_IP = "unreadable_ip"
    UNREADABLE_IP_NOTED = "unreadable_ip_noted"
    TENANT = "tenant"
    SITE = "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `limit` uses of one key within a rolling `window`."""

    name: CapName
    key: str
    limit: int
    window: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """All caps had room; each was charged once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapFull:
    """`cap` was full; nothing was charged. It has room again after `retry_after`."""

    cap: CapName
    retry_after: timedelta


# --- caps of a start ---------------------------------------------------------------------------

LONGEST_WINDOW = timedelta(days=1)
"""No cap looks back further than this."""

YOUNG_TENANT = timedelta(days=30)
_DAY, _HOUR = LONGEST_WINDOW, timedelta(hours=1)


def caps_for_start(
    *,
    sid: str,
    user: str,
    client_ip: str,
    factor: str,
    lane: Lane,
    phone_index: str,
    sends: bool,
    confirmed: bool,
    strict: bool,
    unreadable_ip_limit: int,
    browser: str = "",
) -> tuple[Cap, ...]:
    """The caps that one start is charged to, all or none.

    They count challenges that were not proven: a verified one is refunded (C19). A number that
    nobody has confirmed yet gets the seeds' 3 a day and 10 an hour from one IP. A person's
    own confirmed factor has wider caps, because a whole office may share an IP; they are narrower
    while the tenant is `strict` (younger than 30 days, no usage signal). The factor has a cap in
    each lane, so strangers cannot use up the owner's. A start that `sends` nothing costs no money
    and has no cap per day: a stranger in a stolen session would use it up, and the owner could not
    start on a new browser (A27). The lanes bound what can be guessed. Clients whose IP address
    cannot be read share one cap of `unreadable_ip_limit` an hour (A30).

    An anonymous start has a `browser` in the place of `sid`, `user` and `factor`. Anyone gets a new
    id of a browser at will, so its own cap bounds mistakes, and those of number and IP bound the
    rest.
    """
    name, key = (CapName.BROWSER, browser) if browser else (CapName.SESSION, sid)
    caps = [Cap(name=name, key=key, limit=20, window=_HOUR)]
    if client_ip:
        limit = 60 if not sends or (confirmed and not strict) else 10
        caps.append(Cap(name=CapName.IP, key=network_of(client_ip), limit=limit, window=_HOUR))
    else:
        limit = unreadable_ip_limit
        caps.append(Cap(name=CapName.UNREADABLE_IP, key="", limit=limit, window=_HOUR))
    if sends and confirmed:
        limit = 5 if strict else 10
        caps.append(Cap(name=CapName.FACTOR, key=f"{factor} {lane}", limit=limit, window=_DAY))
    elif sends:
        caps.append(Cap(name=CapName.NUMBER, key=phone_index, limit=3, window=_DAY))
        if not browser:
            caps.append(Cap(name=CapName.ENROLLMENT, key=user, limit=6, window=_DAY))
    return tuple(caps)


def caps_for_send(
    *, tenant: str, channel: str, tenant_limit: int, site_limit: int
) -> tuple[Cap, ...]:
    """The caps that each message is charged to, whether a person or a timer asks for it.

    They count the messages of a tenant, and of the whole site, that a vendor bills and whose code
    was not proven: the first one of a challenge, each fallback and each resend. A limit of 0 stands
    for no cap. E-mail costs nothing and passes. `tenant` is empty outside any.
    """
    if channel not in PAID:
        return ()
    caps = []
    if tenant and tenant_limit:
        caps.append(Cap(name=CapName.TENANT, key=tenant, limit=tenant_limit, window=_HOUR))
    if site_limit:
        caps.append(Cap(name=CapName.SITE, key="", limit=site_limit, window=_HOUR))
    return tuple(caps)


UNREADABLE_IP_NOTED = Cap(name=CapName.UNREADABLE_IP_NOTED, key="", limit=1, window=_HOUR)
"""How often it is noted that a client's IP address could not be read."""

"""Numbers that bound guessing and sending: waits, ceilings, lanes and caps.

Failures are counted per factor and *lane* (attack A4). The known-device lane belongs to browsers
that have proven the factor before; everyone else shares the open lane. A success resets its own
lane only, the open lane not even then: it decays. Both ceilings together stay within the 100
failures after which NIST SP 800-63B-4, 3.2.2, has an authenticator disabled, so an attacker in the
open lane cannot lock the owner out of a device the factor knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

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
    IP_DAY = "ip_day"
    IP_SITE_DAY = "ip_site_day"
    FACTOR = "factor"
    NUMBER = "number"
    NUMBER_MONTH = "number_month"
    PREFIX = "prefix"
    NETWORK = "network"
    NETWORK_UNASKED = "network_unasked"
    ENROLLMENT = "enrollment"
    UNREADABLE_IP = "unreadable_ip"
    UNREADABLE_IP_NOTED = "unreadable_ip_noted"
    TENANT = "tenant"
    STRANGERS = "strangers"
    MAILBOX = "mailbox"
    EMAIL_DOMAIN = "email_domain"
    MAILBOX_LINKS = "mailbox_links"
    IP_LINKS = "ip_links"
    MAILBOX_RESETS = "mailbox_resets"
    IP_RESETS = "ip_resets"
    SITE = "site"


OF_NUMBERS = (CapName.NUMBER, CapName.NUMBER_MONTH)
"""The caps whose keys are blind indexes of numbers."""


OF_MAILBOXES = (CapName.MAILBOX, CapName.MAILBOX_LINKS, CapName.MAILBOX_RESETS)
"""The caps whose keys are blind indexes of mailboxes."""


class Refund(StrEnum):
    """What a verified challenge gives back to a cap that it was charged to."""

    FULL = "full"
    """Its own use."""

    HALF = "half"
    """Its own use, and half of another one: every second refund of a key takes the oldest other use
    out as well. So many people behind one IP address make room for each other."""

    NEVER = "never"
    """Nothing: the cap counts verified challenges too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most `limit` uses of one key within a rolling `window`, in whole seconds.

    Caps of one name have the same `window`, whatever their limits.
    """

    name: CapName
    key: str
    limit: int
    window: timedelta
    refund: Refund = Refund.FULL


SHARDS = 16
SMALLEST_SHARD = 10
"""A shard with fewer places would be full long before its cap: such a cap is counted whole."""


def sharded(cap: Cap, *, challenge: UUID) -> Cap:
    """The part of a cap that `challenge` counts in, one of 16 with a sixteenth of its limit each.

    So starts that share a cap of a network, a tenant or the site do not all wait for each other.
    Together the parts never have more room than the cap. They have less by the rest of the division
    and by chance: some parts are full while others are not. A cap below 160 stays whole.
    """
    part = cap.limit // SHARDS
    if part < SMALLEST_SHARD:
        return cap
    return replace(cap, key=f"{cap.key} {challenge.int % SHARDS}", limit=part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """All caps had room; each was charged once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapFull:
    """`cap` was full; nothing was charged. It has room again after `retry_after`."""

    cap: CapName
    retry_after: timedelta


# --- caps of a start ---------------------------------------------------------------------------

LONGEST_WINDOW = timedelta(days=30)
"""No cap looks back further than this."""

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def caps_for_start(
    *,
    sid: str,
    client_ip: str,
    factor: str,
    lane: Lane,
    sends: bool,
    strict: bool,
    unreadable_ip_limit: int,
) -> tuple[Cap, ...]:
    """The caps that a start is charged to, all or none, of a confirmed factor or one that `sends`
    nothing. Codes to a number that nobody has confirmed have those of `core.pumping.velocity`.

    They count challenges that were not proven: a verified one is refunded (C19). A person's own
    confirmed factor has wide caps, because a whole office may share an IP; they are narrower while
    the tenant is `strict`. The factor has a cap in each lane, so strangers cannot use up the
    owner's. A start that sends nothing costs no money and has no cap per day: a stranger in a
    stolen session would use it up, and the owner could not start on a new browser (A27). The lanes
    bound what can be guessed. Clients whose IP address cannot be read share one cap of
    `unreadable_ip_limit` an hour (A30).
    """
    caps = [Cap(name=CapName.SESSION, key=sid, limit=20, window=_HOUR)]
    if client_ip:
        limit = 10 if sends and strict else 60
        caps.append(Cap(name=CapName.IP, key=network_of(client_ip), limit=limit, window=_HOUR))
    else:
        limit = unreadable_ip_limit
        caps.append(Cap(name=CapName.UNREADABLE_IP, key="", limit=limit, window=_HOUR))
    if sends:
        limit = 5 if strict else 10
        caps.append(Cap(name=CapName.FACTOR, key=f"{factor} {lane}", limit=limit, window=_DAY))
    return tuple(caps)


def caps_for_send(
    *, challenge: UUID, tenant: str, channel: str, tenant_limit: int, site_limit: int
) -> tuple[Cap, ...]:
    """The caps that each message is charged to, whether a person or a timer asks for it.

    They count the messages of a tenant, and of the whole site, that a vendor bills and whose code
    was not proven: the first one of a challenge, each fallback and each resend. A limit of 0 stands
    for no cap. E-mail costs nothing and passes. `tenant` is empty outside any. Large limits are
    counted in shards.
    """
    if channel not in PAID:
        return ()
    caps = []
    if tenant and tenant_limit:
        caps.append(Cap(name=CapName.TENANT, key=tenant, limit=tenant_limit, window=_HOUR))
    if site_limit:
        caps.append(Cap(name=CapName.SITE, key="", limit=site_limit, window=_HOUR))
    return tuple(sharded(cap, challenge=challenge) for cap in caps)


UNREADABLE_IP_NOTED = Cap(name=CapName.UNREADABLE_IP_NOTED, key="", limit=1, window=_HOUR)
"""How often it is noted that a client's IP address could not be read."""

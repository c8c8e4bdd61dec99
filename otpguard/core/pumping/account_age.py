"""How long a tenant and an account are strangers here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

YOUNG_TENANT = timedelta(days=30)
NEWCOMER = timedelta(days=1)
LATEST = 20
"""How many of a tenant's latest challenges tell whether its people are real."""


def is_tenant_strict(
    *, created_at: datetime, contract: int, used_at: datetime | None, now: datetime
) -> bool:
    """True until a tenant is 30 days old and has shown use; one that pays is past it at once.

    `contract` is the annual contract value in US dollars, `used_at` when use was shown.
    """
    if contract > 0:
        return False
    return used_at is None or now - created_at < YOUNG_TENANT


def shows_use(verified: Sequence[bool]) -> bool:
    """Whether at least half of a tenant's latest challenges, the newest first, were verified.

    Fewer than 20 show nothing.
    """
    latest = verified[:LATEST]
    return len(latest) == LATEST and 2 * sum(latest) >= LATEST


def is_newcomer(*, joined_at: datetime | None, has_number: bool, now: datetime) -> bool:
    """True for an account without a verified number that is younger than a day, or of which nobody
    knows how old it is."""
    return not has_number and (joined_at is None or now - joined_at < NEWCOMER)

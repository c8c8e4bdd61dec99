"""How long the events of an organization stay: one, two or six years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from otpguard.core.industries import Industry

TAGS: Final = MappingProxyType({"audit-1y": 1, "audit-2y": 2, "audit-6y": 6})
"""The tags of an organization that set its term; of several, the longest counts."""
USUAL_YEARS: Final = 6
HEALTH_YEARS: Final = 6
HEALTH: Final = "health"
"""The tag of an organization that has data of patients."""
DAYS_A_YEAR: Final = 366
"""So no term is a day short, and none is below 365 days."""


def years_of(*, tags: Iterable[str] = (), industry: str = "") -> int:
    """The term in years of an organization with these tags, in that industry. The log of the site
    has neither."""
    given = {str(tag).lower() for tag in tags}
    if HEALTH in given or industry == Industry.HEALTHCARE:
        return HEALTH_YEARS
    return max((years for tag, years in TAGS.items() if tag in given), default=USUAL_YEARS)


def purge_before(*, now: datetime, years: int) -> datetime:
    """Before when events were sealed whose term is over: always the first of a month, so that a log
    loses a month at once and not some events each night."""
    last = now - timedelta(days=DAYS_A_YEAR * years)
    return last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)

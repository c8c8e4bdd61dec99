"""How long a vendor asks us to wait: the header Retry-After, in both of its forms (RFC 9110,
10.2.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil

LONGEST_WAIT = timedelta(hours=24)
"""A longer wait counts as this one."""

_DIGITS = 18


def asked_wait(headers: Mapping[str, str], *, now: datetime) -> int | None:
    """The seconds to wait, 0 to LONGEST_WAIT; None when the vendor does not say.

    `headers` have names in lower case. A date is measured by the vendor's own clock if the
    answer gives it (the header Date), otherwise by `now`. Never raises, whatever a stranger sends.
    """
    said = headers.get("retry-after", "").strip()
    longest = int(LONGEST_WAIT.total_seconds())
    if said.isascii() and said.isdigit():
        return min(int(said), longest) if len(said) <= _DIGITS else longest
    until = _date(said)
    if until is None:
        return None
    wait = until - (_date(headers.get("date", "")) or now)
    return min(max(ceil(wait.total_seconds()), 0), longest)


def _date(said: str) -> datetime | None:
    """An HTTP date; None for anything else. Its zone is always UTC, even if none is given."""
    try:
        found = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None

"""The setting of these tests: challenges of numbers, some of which were verified."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.flows.pumping.learn import learn_outcomes
from otpguard.models import Challenge, PrefixStatistic
from tests.models.rows import anonymous, delivery

GRACE = timedelta(seconds=150)
PLAN = [{"channel": "sms", "provider": "memory"}]


def number(last: int, *, block: str = "+923001234") -> str:
    """One of the numbers of a block of a thousand."""
    return f"{block}{last:03d}"


def tried(to: str, at: datetime, **fields: Any) -> Challenge:
    """A challenge that was started at `at` and whose message has left."""
    fields = {"plan": PLAN, "browser": uuid4().hex, **fields}
    row = anonymous(to, created_at=at, expires_at=at + timedelta(minutes=5), **fields)
    delivery(row, state="sent")
    return row


def verified(
    to: str, at: datetime, *, after: timedelta = timedelta(seconds=20), **fields: Any
) -> Challenge:
    """The same, and its code was entered."""
    return tried(to, at, state="verified", closed_at=at + after, **fields)


def pumped(count: int, at: datetime, *, block: str = "+923001234", first: int = 0) -> None:
    """So many numbers of a block that enter no code."""
    for last in range(first, first + count):
        tried(number(last, block=block), at)


def learned(at: datetime | None = None) -> int:
    """Learn when the grace of what was started at `at` has passed."""
    return learn_outcomes(now=(at or timezone.now()) + GRACE)


def statistic(key: str) -> PrefixStatistic:
    """What is known of a prefix, country or network."""
    return PrefixStatistic.objects.get(key=key)


def blocked() -> set[str]:
    """The keys that have a block."""
    rows = PrefixStatistic.objects.exclude(blocked_until=None)
    return set(rows.values_list("key", flat=True))


def attempt(to: str, at: datetime, **fields: Any) -> Attempt:
    """A stranger's wish for a code."""
    known: dict[str, Any] = {
        "now": at,
        "source": "signup",
        "number": parse_phone(to, region="US"),
        "phone_index": "i",
        "lane": SpendLane.STRANGER,
        **fields,
    }
    return Attempt(**known)

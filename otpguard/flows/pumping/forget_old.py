"""Delete what no longer speaks about a prefix."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from otpguard.conf import settings
from otpguard.models import NumberOutcome, PrefixRule, PrefixStatistic

OUTCOMES_KEPT = timedelta(days=2)
"""How long it is known that a number was counted: a day, and another for late ones."""
HALF_LIVES = 6
"""After so many half-lives without a new number a sum has faded to less than 2 percent."""
RULES_KEPT = timedelta(days=30)
"""How long a rule stays after it has lapsed, for people who ask about it."""


def forget_old_outcomes(*, now: datetime) -> int:
    """Delete counted numbers, faded sums and lapsed rules; returns how many rows."""
    faded = now - HALF_LIVES * settings().reputation.test.half_life
    calm = Q(blocked_until=None) | Q(blocked_until__lte=now)
    outcomes, _ = NumberOutcome.objects.filter(began_at__lte=now - OUTCOMES_KEPT).delete()
    sums, _ = PrefixStatistic.objects.filter(calm, at__lte=faded).delete()
    rules, _ = PrefixRule.objects.filter(until__lte=now - RULES_KEPT).delete()
    return outcomes + sums + rules

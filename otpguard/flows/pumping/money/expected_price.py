"""What the first paid message of a plan is expected to cost."""

from __future__ import annotations

from datetime import datetime

from otpguard.channels.prices import rate_at
from otpguard.core.fallback import PAID, Step
from otpguard.core.money import cost_of
from otpguard.core.pumping.money.default_prices import default_price
from otpguard.core.route import TEST_ROUTE


def expected_price(step: Step, *, now: datetime) -> int:
    """Micro-dollars for one message of a step of a plan, its success included; 0 for one that is
    free or not sent at all.

    The price list decides; without a price of this route a high one is assumed, so a list that was
    forgotten closes too early and never too late. A database error passes through.
    """
    channel, provider, country = step["channel"], step["provider"], step.get("country", "")
    if channel not in PAID or provider == TEST_ROUTE:
        return 0
    rate = rate_at(provider=provider, channel=channel, country=country, now=now)
    known = cost_of(rate, 1, 1) if rate else 0
    return known or default_price(country)

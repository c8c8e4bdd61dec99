"""What a verification by Sinch costs: a callback tells one amount, a result those of its parts."""

from __future__ import annotations

from otpguard.channels.responses import micros

PARTS = ("verificationPrice", "terminationPrice")
"""Of the verification and, for a call, of the call itself."""


def cost_of(price: object) -> int | None:
    """The whole price in millionths of a dollar; None when any part of it is in something else."""
    if not isinstance(price, dict):
        return None
    parts = [price[name] for name in PARTS if isinstance(price.get(name), dict)]
    costs = [micros(each.get("amount"), each.get("currencyId")) for each in parts or [price]]
    told = [cost for cost in costs if cost is not None]
    return sum(told) if len(told) == len(costs) else None

"""What the release of a number by support lets pass, and what it never does.

A release says that a person is behind the number. It answers what was only suspected of the range
that the number is in. It gives no money and no place: caps, ceilings and a lock-down bound what an
attack costs, and nobody is let past them.
"""

from __future__ import annotations

from datetime import timedelta

from otpguard.core.pumping.verdict import Action, Layer, Signal

RELEASED_FOR = timedelta(hours=1)

LIFTED_LAYERS = frozenset({Layer.REPUTATION})
LIFTED_BUDGETS = frozenset({"country_budget", "only_reserve"})
"""What money finds of a whole country, and not of the prefix, the tenant or the site."""


def is_lifted(signal: Signal) -> bool:
    """True for a signal that does not count against a number that support has released."""
    return (
        signal.layer in LIFTED_LAYERS
        or (signal.layer is Layer.MONEY and signal.reason in LIFTED_BUDGETS)
        or signal.action is Action.PROOF_OF_WORK
    )

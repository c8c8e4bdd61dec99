"""What a release lets pass: suspicion, and never a cap, a ceiling or a lock-down."""

from __future__ import annotations

import pytest

from otpguard.core.pumping.lifting import is_lifted
from otpguard.core.pumping.verdict import Action, Layer, Signal


@pytest.mark.parametrize(
    ("layer", "action", "reason", "lifted"),
    [
        (Layer.REPUTATION, Action.REFUSE, "prefix", True),
        (Layer.MONEY, Action.ANOTHER_WAY, "country_budget", True),
        (Layer.MONEY, Action.ANOTHER_WAY, "only_reserve", True),
        (Layer.MONEY, Action.ANOTHER_WAY, "pool_budget", False),
        (Layer.NETWORK, Action.PROOF_OF_WORK, "hosting", True),
        (Layer.VELOCITY, Action.REFUSE, "number_month", False),
        (Layer.MONEY, Action.REFUSE, "prefix_ceiling", False),
        (Layer.MONEY, Action.REFUSE, "lock_down", False),
        (Layer.COUNTRY, Action.ANOTHER_WAY, "country", False),
        (Layer.BOT, Action.ANOTHER_WAY, "honeypot", False),
        (Layer.NUMBER, Action.ANOTHER_WAY, "sim_swap", False),
        (Layer.HYGIENE, Action.ANOTHER_WAY, "trial_farming", False),
    ],
)
def test_suspicion_is_lifted_and_what_bounds_money_is_not(
    layer: Layer, action: Action, reason: str, *, lifted: bool
) -> None:
    assert is_lifted(Signal(layer=layer, action=action, reason=reason)) is lifted

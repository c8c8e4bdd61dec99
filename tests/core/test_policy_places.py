"""A field of a policy is read at checkpoints that there are."""

from __future__ import annotations

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.policy_places import APPROVED, RESETS, WAITED_AFTER


def test_every_place_is_a_checkpoint() -> None:
    assert set(BUILT_IN) >= (APPROVED | RESETS | WAITED_AFTER)

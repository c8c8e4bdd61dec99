"""What an emergency envelope may open, and for how long."""

from __future__ import annotations

from datetime import timedelta

from otpguard.core.checkpoints import Checkpoint

CODES = 8
"""Codes in one envelope."""

LONGEST = timedelta(hours=4)
"""How long emergency access lasts at most."""

HOURS = (1, 2, 4)
"""What people may choose from."""


def can_be_opened(checkpoint: Checkpoint) -> bool:
    """Whether an envelope may open a checkpoint: never one that guards the protection itself, that
    changes what people prove themselves with, or that lets people in."""
    return not (
        checkpoint.always_on
        or checkpoint.anonymous
        or checkpoint.rebinds
        or checkpoint.user_wide
        or checkpoint.first_factor
    )

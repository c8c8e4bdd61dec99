"""Where no identity provider's proof serves."""

from __future__ import annotations

from otpguard.core.checkpoints import Checkpoint


def stays_local(checkpoint: Checkpoint) -> bool:
    """Whether no identity provider's proof serves at `checkpoint`, whatever a policy says.

    A tenant brings its provider, so it counts for nothing that reaches beyond that tenant (A1), for
    no change of what a person proves themselves with and for none of the rules themselves.
    """
    beyond = checkpoint.anonymous or checkpoint.user_wide
    return beyond or checkpoint.rebinds or checkpoint.always_on

"""Which step of a plan follows when one has failed and nobody has asked for another.

A number that always fails costs a message for each step. So a number that was never proven gets one
further paid message unasked, and a call only when the person presses for one (A5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otpguard.core.assurance import Channel

PAID = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.VOICE})
"""Channels that a vendor bills for."""

MAX_SENDS = 6
"""Sends that one challenge may cost, fallback and resends together."""

UNASKED = "unasked"
"""The key of a step that was taken without anybody's asking."""

Step = Mapping[str, Any]


def following(plan: Sequence[Step], step: int, *, unproven: bool) -> int | None:
    """The index of the step to take by itself after `step`; None for none."""
    rest = range(step + 1, len(plan))
    if not unproven:
        return rest[0] if rest else None
    spent = any(each.get(UNASKED) and each["channel"] in PAID for each in plan)
    for index in rest:
        channel = plan[index]["channel"]
        if channel not in PAID or (channel != Channel.VOICE and not spent):
            return index
    return None


def asked_step(plan: Sequence[Step], step: int) -> int:
    """The last step up to `step` that somebody has asked for: the first one, or by pressing.

    What arrived before that is not what they wait for: they say that they do not have it.
    """
    return max(
        (index for index in range(min(step + 1, len(plan))) if not plan[index].get(UNASKED)),
        default=0,
    )


def take(plan: Sequence[Step], step: int, index: int) -> list[Step]:
    """The plan with step `index` brought right behind `step`, marked as taken unasked.

    What was passed over stays behind it, for whoever presses "another way".
    """
    rest = [each for at, each in enumerate(plan) if at > step and at != index]
    return [*plan[: step + 1], {**plan[index], UNASKED: True}, *rest]

"""Which step of a plan follows on its own after a failed one.

A number that always fails costs a message for each step. So an unproven number gets one more paid
message on its own, and a call only if the person asks for it (A5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otpguard.core.assurance import Channel
from otpguard.core.codes import CODE_DIGITS

PAID = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.VOICE})
"""Channels that a vendor bills for."""

MAX_SENDS = 6
"""Sends that one challenge may cost, fallback and resends together."""

UNASKED = "unasked"
"""The key of a step that was taken without a request of the person."""

Step = Mapping[str, Any]


def length_of(step: Step) -> int:
    """How many digits the code of a step has; 0 when its vendor did not say."""
    return int(step.get("length", CODE_DIGITS))


def next_step(plan: Sequence[Step], step: int, *, unproven: bool) -> int | None:
    """The index of the step that follows `step` by itself; None if none does."""
    rest = range(step + 1, len(plan))
    if not unproven:
        return rest[0] if rest else None
    spent = any(each.get(UNASKED) and each["channel"] in PAID for each in plan)
    for index in rest:
        channel = plan[index]["channel"]
        if channel not in PAID or (channel != Channel.VOICE and not spent):
            return index
    return None


def free_step(plan: Sequence[Step], step: int) -> int | None:
    """The index of the first step after `step` that costs nothing; None without one."""
    after = range(step + 1, len(plan))
    return next((index for index in after if plan[index]["channel"] not in PAID), None)


def asked_step(plan: Sequence[Step], step: int) -> int:
    """The last step up to `step` that the person asked for: the first one, or by the button.

    A message that arrived before it does not count: the person said that they do not have it.
    """
    return max(
        (index for index in range(min(step + 1, len(plan))) if not plan[index].get(UNASKED)),
        default=0,
    )


def bring_step_forward(plan: Sequence[Step], step: int, index: int) -> list[Step]:
    """The plan with step `index` brought right behind `step`, marked as taken unasked.

    The steps that were passed over stay behind it, for the button "another way".
    """
    rest = [each for at, each in enumerate(plan) if at > step and at != index]
    return [*plan[: step + 1], {**plan[index], UNASKED: True}, *rest]

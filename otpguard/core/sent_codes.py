"""Which of the codes that were sent for one challenge count: ours, and one of a vendor's (C14).

Our own digits count from the first step that carries them, whatever follows. Of the codes that
vendors made, at most one is open: that of the newest step that a vendor has taken. It is closed
when a vendor takes the next one, and not before, because until then it is the only one there is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol, TypeVar


class SentStep(Protocol):
    """One step of a plan that was started, as its delivery knows it."""

    @property
    def step(self) -> int:
        """Its place in the plan."""

    @property
    def remote(self) -> bool:
        """True when the vendor made the code."""

    @property
    def provider_ref(self) -> str | None:
        """The vendor's reference; None while the vendor has not taken it."""


S = TypeVar("S", bound=SentStep)


def open_vendor_step(steps: Collection[S]) -> S | None:
    """The one step whose code its vendor must be asked about; None if there is none."""
    taken = [each for each in steps if each.remote and each.provider_ref]
    return max(taken, key=lambda each: each.step, default=None)


def is_replaced(step: SentStep, steps: Collection[SentStep]) -> bool:
    """True if the code of `step` no longer counts, because a vendor has taken a later step.

    Never for digits of ours: then `steps` is not looked at.
    """
    newest = open_vendor_step(steps) if step.remote else None
    return newest is not None and newest.step > step.step


def first_with_same_code(step: SentStep, steps: Collection[SentStep]) -> int:
    """The step that carried the code of `step` first: `step` itself for a vendor's code."""
    if step.remote:
        return step.step
    return min((each.step for each in steps if not each.remote), default=step.step)

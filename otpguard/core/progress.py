"""How far a challenge has come, in words that name no number, no vendor and no channel."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, TypeVar

from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.sent_codes import SentStep, is_replaced


class Stage(StrEnum):
    """Where an open challenge stands. A closed one stands where its state says."""

    PREPARING = "preparing"
    SENDING = "sending"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"


class Try(SentStep, Protocol):
    """One step of a plan that was started, and what became of its message."""

    @property
    def state(self) -> str:
        """A DeliveryState."""


T = TypeVar("T", bound=Try)

_UNSENT = frozenset({DeliveryState.QUEUED, DeliveryState.SENDING})
OPEN_STAGES = frozenset(str(stage) for stage in Stage)
"""The stages in which an answer is still taken."""


def shown_try(tries: Sequence[T]) -> T | None:
    """The try that a person is told about: of `tries`, in their order, the last one.

    If that one failed, the last one that arrived and still counts: its receipt came late.
    """
    if not tries:
        return None
    last = tries[-1]
    if last.state != DeliveryState.FAILED:
        return last
    arrived = [
        each
        for each in tries
        if each.state == DeliveryState.DELIVERED and not is_replaced(each, tries)
    ]
    return arrived[-1] if arrived else last


def stage_of(state: str, shown: Try | None, *, undeliverable: bool) -> str:
    """The stage of a challenge in `state` whose `shown` try a person is told about."""
    if state != ChallengeState.OPEN:
        return str(state)
    if undeliverable:
        return str(Stage.UNDELIVERABLE)
    if shown is None:
        return str(Stage.PREPARING)
    return str(Stage.SENDING if shown.state in _UNSENT else Stage.SENT)

"""The life of a challenge and of its deliveries: states and the only legal moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ChallengeState(StrEnum):
    """Where a challenge stands. Only OPEN takes answers; all others are final."""

    OPEN = "open"
    VERIFIED = "verified"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    CANCELED = "canceled"
    REPUDIATED = "repudiated"


class ChallengeMove(StrEnum):
    """What can happen to a challenge."""

    VERIFY = "verify"
    EXHAUST = "exhaust"
    EXPIRE = "expire"
    CANCEL = "cancel"
    REPUDIATE = "repudiate"


class DeliveryState(StrEnum):
    """Where one try at sending stands. FAILED and DELIVERED are final."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


class IllegalMoveError(ValueError):
    """A challenge or delivery was asked to do what its state does not allow."""


_MOVES: Mapping[ChallengeMove, ChallengeState] = MappingProxyType(
    {
        ChallengeMove.VERIFY: ChallengeState.VERIFIED,
        ChallengeMove.EXHAUST: ChallengeState.EXHAUSTED,
        ChallengeMove.EXPIRE: ChallengeState.EXPIRED,
        ChallengeMove.CANCEL: ChallengeState.CANCELED,
        ChallengeMove.REPUDIATE: ChallengeState.REPUDIATED,
    }
)

_AFTER: Mapping[DeliveryState, frozenset[DeliveryState]] = MappingProxyType(
    {
        DeliveryState.QUEUED: frozenset({DeliveryState.SENDING, DeliveryState.FAILED}),
        DeliveryState.SENDING: frozenset(
            {
                DeliveryState.SENDING,  # a lapsed lease: another worker takes over
                DeliveryState.SENT,
                DeliveryState.DELIVERED,
                DeliveryState.FAILED,
            }
        ),
        DeliveryState.SENT: frozenset({DeliveryState.DELIVERED, DeliveryState.FAILED}),
        DeliveryState.DELIVERED: frozenset(),
        DeliveryState.FAILED: frozenset(),
    }
)


def advance_challenge(state: ChallengeState, move: ChallengeMove) -> ChallengeState:
    """The state after `move`. Raises IllegalMoveError from any state but OPEN."""
    if state is not ChallengeState.OPEN:
        raise IllegalMoveError(f"a {state} challenge cannot {move}")
    return _MOVES[move]


def states_before(following: DeliveryState) -> tuple[DeliveryState, ...]:
    """The states from which `following` may be reached, only ever forward."""
    return tuple(state for state in DeliveryState if following in _AFTER[state])

"""What became of one try at sending: the closed set that every provider's answer is reduced to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took the message. `delivered` when it already knows that it arrived."""

    reference: str = ""
    delivered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The provider will not send this message; the same route need not be tried again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """The provider could not be reached, answered too late or with a fault of its own."""

    reason: str


Outcome: TypeAlias = Accepted | Refused | Unavailable

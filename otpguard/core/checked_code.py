"""What a vendor that made the code says about one that was typed: a closed set (C14).

Everything that is not `Right` proves nothing; what cannot be read is `Unavailable`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from otpguard.core.outcome import ROUTE_FAILURES, Failure, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """It is the code. The vendor takes it once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """It is not. `exhausted` when the vendor takes no further answer for this code.

    Also if the vendor may have ignored the answer because there were too many: a guess counts
    unless it certainly was not compared.
    """

    exhausted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The vendor no longer knows the verification. Raises ValueError for a failure of the route."""

    failure: Failure = Failure.EXPIRED_OR_GONE

    def __post_init__(self) -> None:
        if self.failure in ROUTE_FAILURES:
            raise ValueError(f"{self.failure} says nothing about the code")


CheckedCode: TypeAlias = Right | Wrong | Gone | Unavailable
"""Every way in which a check with a vendor can end."""

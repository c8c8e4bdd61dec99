"""The outcome of one try at sending: the closed set to which every provider's answer is reduced.

Vendors have hundreds of error codes; our reaction depends on the class alone. The classes and what
follows from each are here, the vendors' codes in the vendors' files.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Failure(StrEnum):
    """Why a message was not sent or did not arrive, or a code was not taken."""

    INVALID_NUMBER = "invalid_number"
    LANDLINE_OR_UNREACHABLE = "landline_or_unreachable"
    CHANNEL_UNAVAILABLE = "channel_unavailable"
    FRAUD_BLOCKED = "fraud_blocked"
    GEO_BLOCKED = "geo_blocked"
    CARRIER_FILTERED = "carrier_filtered"
    NOT_REGISTERED = "not_registered"
    OPTED_OUT = "opted_out"
    RATE_LIMITED = "rate_limited"
    CONFLICT_OPEN = "conflict_open"
    WRONG_CODE = "wrong_code"
    CHECKS_EXHAUSTED = "checks_exhausted"
    EXPIRED_OR_GONE = "expired_or_gone"
    AUTH_CONFIG = "auth_config"
    BALANCE = "balance"
    TRANSIENT = "transient"
    UNKNOWN_OUTCOME = "unknown_outcome"

    @property
    def may_fall_back(self) -> bool:
        """True when another channel may be tried unasked, which costs money.

        Not after what a vendor calls fraud: the next channel would be billed, too.
        """
        return self is not Failure.FRAUD_BLOCKED

    @property
    def perhaps_sent(self) -> bool:
        """True when the message may have gone out all the same: it is waited for and billed as one
        that did."""
        return self is Failure.UNKNOWN_OUTCOME

    @property
    def pages_operator(self) -> bool:
        """True if only an operator can mend it."""
        return self in _OUR_FAULT


class FailureScope(StrEnum):
    """What a failure concerns: everything that we send by this vendor, or less."""

    ACCOUNT = "account"
    COUNTRY = "country"
    SENDER = "sender"
    NUMBER = "number"


_OUR_FAULT = frozenset({Failure.AUTH_CONFIG, Failure.BALANCE})

ROUTE_FAILURES = _OUR_FAULT | {
    Failure.TRANSIENT,
    Failure.UNKNOWN_OUTCOME,
    Failure.RATE_LIMITED,
}
"""Failures of the route, not of this message or this person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The provider took the message. `delivered` when it already knows that it arrived.

    `cost_micros` is what it charges, in millionths of a US dollar, None when it does not say;
    `carrier` and `route` are what it tells about the way the message went.
    """

    reference: str = ""
    delivered: bool = False
    cost_micros: int | None = None
    carrier: str = ""
    route: str = ""


class _Failed:
    """What both kinds of failure tell."""

    __slots__ = ()
    failure: Failure

    @property
    def may_fall_back(self) -> bool:
        """See `Failure.may_fall_back`."""
        return self.failure.may_fall_back

    @property
    def perhaps_sent(self) -> bool:
        """See `Failure.perhaps_sent`."""
        return self.failure.perhaps_sent

    @property
    def pages_operator(self) -> bool:
        """See `Failure.pages_operator`."""
        return self.failure.pages_operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused(_Failed):
    """The provider will not send this message; the same route need not be tried again.

    `retry_after` are the seconds after which it would take the message all the same, None when it
    does not say. RATE_LIMITED is here about this one number. Raises ValueError for a failure that
    is about the route.
    """

    reason: str
    failure: Failure = Failure.CHANNEL_UNAVAILABLE
    retry_after: int | None = None

    def __post_init__(self) -> None:
        if self.failure in ROUTE_FAILURES - {Failure.RATE_LIMITED}:
            raise ValueError(f"{self.failure} is not a refusal of one message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable(_Failed):
    """The provider could not be reached, answered too late, or with a fault of its own or ours.

    `retry_after` are the seconds it asks for, None when it does not say. `scope` says what the
    failure concerns, and `probable` that we only suppose what the answer means. Raises ValueError
    for a failure that is about one message.
    """

    reason: str
    failure: Failure = Failure.TRANSIENT
    retry_after: int | None = None
    scope: FailureScope = FailureScope.ACCOUNT
    probable: bool = False

    def __post_init__(self) -> None:
        if self.failure not in ROUTE_FAILURES:
            raise ValueError(f"{self.failure} says nothing about the route")

    @property
    def pauses_route(self) -> bool:
        """True if the next message would certainly fail in the same way, for any recipient."""
        everyone = self.scope in {FailureScope.ACCOUNT, FailureScope.COUNTRY}
        return self.failure in _OUR_FAULT and everyone and not self.probable

    @property
    def counts_against_route(self) -> bool:
        """False for what is a mere supposition, or concerns one number alone."""
        return not self.probable and self.scope is not FailureScope.NUMBER


Outcome: TypeAlias = Accepted | Refused | Unavailable
"""Every way in which a try at sending can end."""


def failed(
    failure: Failure,
    *,
    reason: str,
    retry_after: int | None = None,
    scope: FailureScope = FailureScope.ACCOUNT,
    probable: bool = False,
) -> Refused | Unavailable:
    """The outcome of a failure: about the route `Unavailable`, else `Refused`."""
    if failure in ROUTE_FAILURES:
        return Unavailable(
            reason=reason, failure=failure, retry_after=retry_after, scope=scope, probable=probable
        )
    return Refused(reason=reason, failure=failure, retry_after=retry_after)

"""What became of one try at sending: the closed set that every provider's answer is reduced to.

Vendors have hundreds of error codes; what we do about one depends on its class alone. The classes
and what follows from each stand here, the vendors' codes in their own files.
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

        What a vendor calls fraud is what the next channel would be billed for as well.
        """
        return self is not Failure.FRAUD_BLOCKED

    @property
    def perhaps_sent(self) -> bool:
        """True when the message may have gone out all the same: it is waited for and billed as one
        that did."""
        return self is Failure.UNKNOWN_OUTCOME

    @property
    def pages_operator(self) -> bool:
        """True when nothing gets better until a person does something."""
        return self in _OUR_FAULT

    @property
    def opens_breaker(self) -> bool:
        """True when the next message would fail in the same way, whoever it is for."""
        return self in _OUR_FAULT

    @property
    def blames_route(self) -> bool:
        """True when it says something about the route, and so counts in its error rate."""
        return self in ROUTE_FAILURES


_OUR_FAULT = frozenset({Failure.AUTH_CONFIG, Failure.BALANCE})

ROUTE_FAILURES = _OUR_FAULT | {
    Failure.TRANSIENT,
    Failure.UNKNOWN_OUTCOME,
    Failure.RATE_LIMITED,
}
"""What is wrong with the route and not with this message or this person."""


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

    `retry_after` (seconds) is for RATE_LIMITED, which here is about this one number. Raises
    ValueError for a failure that is about the route.
    """

    reason: str
    failure: Failure = Failure.CHANNEL_UNAVAILABLE
    retry_after: int | None = None

    def __post_init__(self) -> None:
        if self.failure in ROUTE_FAILURES - {Failure.RATE_LIMITED}:
            raise ValueError(f"{self.failure} is no refusal of one message")

    @property
    def opens_breaker(self) -> bool:
        """Never: the route is in order."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable(_Failed):
    """The provider could not be reached, answered too late, or with a fault of its own or ours.

    `retry_after` are the seconds it asks for, None when it does not say. Raises ValueError for a
    failure that is about one message.
    """

    reason: str
    failure: Failure = Failure.TRANSIENT
    retry_after: int | None = None

    def __post_init__(self) -> None:
        if self.failure not in ROUTE_FAILURES:
            raise ValueError(f"{self.failure} says nothing about the route")

    @property
    def opens_breaker(self) -> bool:
        """See `Failure.opens_breaker`."""
        return self.failure.opens_breaker


Outcome: TypeAlias = Accepted | Refused | Unavailable
"""Every way in which a try at sending can end."""


def failed(
    failure: Failure, *, reason: str, retry_after: int | None = None
) -> Refused | Unavailable:
    """The outcome of a failure: about the route `Unavailable`, else `Refused`."""
    if failure in ROUTE_FAILURES:
        return Unavailable(reason=reason, failure=failure, retry_after=retry_after)
    return Refused(reason=reason, failure=failure, retry_after=retry_after)
